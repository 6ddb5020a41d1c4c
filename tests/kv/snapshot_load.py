"""Commits of three replicas with a large state: alone, while snapshots are written, while a replica
that was away is fed one.

Prints a table, and as its last line JSON.
"""

import argparse
import json
import os
import sys
import threading
import time

import group

VALUE = b"v" * 256
FILL_BYTES = 64 << 10  # a value of the large state
KEYS = 1000            # that the load writes
LOOK_S = 0.02
AFTER_S = 5.0  # the old snapshot goes in steps, after the new one has its name
LOG_MB = 256
CALM, WRITING, FEEDING = "alone", "snapshot written", "replica fed"


class Watch:
    """What goes on in the directories of the replicas, looked at again and again."""

    def __init__(self, directory):
        self.directory = directory
        self.spans = {WRITING: [], FEEDING: []}  # from when to when
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        while not self.stop.wait(LOOK_S):
            names = self._names()
            now = time.monotonic()
            self._note(WRITING, any(n.endswith(".snap.new") for n in names), now)
            self._note(FEEDING, any(n.startswith("incoming") for n in names), now)

    def _names(self):
        return [name for each in os.scandir(self.directory) if each.is_dir()
                for name in os.listdir(each.path)]

    def _note(self, what, under_way, now):
        spans = self.spans[what]
        if not under_way:
            return
        if spans and now - spans[-1][1] < AFTER_S:
            spans[-1] = (spans[-1][0], now)
        else:
            spans.append((now, now))

    def end(self):
        self.stop.set()
        self.thread.join()

    def goes_on(self, what, within_s=AFTER_S):
        spans = self.spans[what]
        return bool(spans) and time.monotonic() - spans[-1][1] < within_s

    def during(self, sent, answered):
        """What went on while a command was under way."""
        for what in (FEEDING, WRITING):
            for begin, end in self.spans[what]:
                if sent < end + AFTER_S and answered > begin:
                    return what
        return CALM


class Load:
    """One command after the other at a steady pace, timed from when each was due."""

    def __init__(self, replica, rate):
        self.socket = replica.socket()
        self.rate = rate
        self.samples = []  # due, answered
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        start = time.monotonic()
        while not self.stop.is_set():
            due = start + len(self.samples) / self.rate
            time.sleep(max(0, due - time.monotonic()))
            key = b"load%d" % (len(self.samples) % KEYS)
            self.socket.sendall(b"*3\r\n$3\r\nSET\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n"
                                % (len(key), key, len(VALUE), VALUE))
            answer = self.socket.recv(64)
            if answer != b"+OK\r\n":
                raise AssertionError(answer)
            self.samples.append((due, time.monotonic()))

    def end(self):
        self.stop.set()
        self.thread.join()
        self.socket.close()


def fill(client, megabytes):
    for first in range(0, megabytes << 20, 16 * FILL_BYTES):
        pipeline = client.pipeline(transaction=False)
        for i in range(16):
            name = b"%d" % (first // FILL_BYTES + i)
            pipeline.set(b"state" + name, name.ljust(FILL_BYTES, b"x"))
        pipeline.execute()


def push_log(client, megabytes):
    """Values that take each other's place: they grow the log and not the state."""
    for _ in range(megabytes):
        client.set(b"pushed", b"p" * (1 << 20))


def settle(watch):
    def settled():
        time.sleep(LOOK_S)
        return not watch.goes_on(WRITING) and not watch.goes_on(FEEDING)

    group.wait_until(settled, "no snapshot is written or on its way", 300)


def run(replicas, state_mb, rate, seconds):
    """Returns all samples, each with what went on."""
    watch = Watch(replicas.directory)
    samples = []
    try:
        fill(replicas.leader().client, state_mb)
        settle(watch)
        leader = replicas.leader()
        samples += under_load(watch, leader, rate, lambda: time.sleep(seconds))
        while not watch.goes_on(WRITING, 2 * LOOK_S):
            push_log(leader.client, 1)
        samples += under_load(watch, leader, rate, lambda: settle(watch))
        leader = replicas.leader()
        away = next(r for r in replicas.replicas if r is not leader)
        last = away.info()["applied"]
        replicas.remove(away)
        while leader.info()["log_dropped"] <= last:  # so that the log is of no use to it
            push_log(leader.client, 1)
        settle(watch)

        def feed():
            back = replicas.start(away.id)
            group.wait_until(lambda: fed(back), "the replica that was away is fed", 300)

        samples += under_load(watch, leader, rate, feed)
        replicas.wait_for_agreement()
    finally:
        watch.end()
    return [(watch.during(due, answered), answered - due) for due, answered in samples]


def fed(replica):
    time.sleep(LOOK_S)
    with open(replica.log_path, encoding="utf-8") as log:
        return "caught up by a peer's snapshot" in log.read()


def under_load(watch, leader, rate, wait):
    load = Load(leader, rate)
    try:
        wait()
    finally:
        load.end()
    return load.samples


def quantile(sorted_values, fraction):
    return sorted_values[min(len(sorted_values) - 1, int(fraction * len(sorted_values)))]


def summarize(samples):
    rows = []
    for what in (CALM, WRITING, FEEDING):
        times = sorted(1e3 * latency for during, latency in samples if during == what)
        if not times:
            raise AssertionError(f"no command was answered: {what}")
        rows.append({"during": what, "commits": len(times), "p50_ms": quantile(times, 0.5),
                     "p90_ms": quantile(times, 0.9), "p99_ms": quantile(times, 0.99),
                     "p999_ms": quantile(times, 0.999), "max_ms": times[-1]})
    for row in rows:
        row["p99_ratio"] = row["p99_ms"] / rows[0]["p99_ms"]
        row.update({key: round(value, 3) for key, value in row.items() if key != "during"})
    return rows


def main():
    parser = argparse.ArgumentParser(prog="./dev bench snapshot", description=__doc__)
    parser.add_argument("program", help=argparse.SUPPRESS)
    parser.add_argument("--state-mb", type=int, default=1024, help="of the state (1024)")
    parser.add_argument("--rate", type=int, default=200, help="commits a second (200)")
    parser.add_argument("--seconds", type=float, default=20, help="without a snapshot (20)")
    arguments = parser.parse_args()
    os.environ["DECREE_KV"] = os.path.abspath(arguments.program)
    group.DEADLINE_S = 300  # a start reads the whole state
    memory_mb = 2 * arguments.state_mb + 256
    replicas = group.Group(3, [["--log-mb", str(LOG_MB), "--max-memory-mb", str(memory_mb)]] * 3)
    try:
        samples = run(replicas, arguments.state_mb, arguments.rate, arguments.seconds)
    except BaseException:
        for replica in replicas.replicas:
            with open(replica.log_path, encoding="utf-8", errors="replace") as log:
                print(f"replica {replica.id}, exit status {replica.process.poll()}:",
                      log.read()[-2000:], file=sys.stderr)
        raise
    finally:
        replicas.close()
    rows = summarize(samples)
    print(f"\nSETs of 256 B at the leader, {arguments.rate} a second, one after the other; a state of "
          f"{arguments.state_mb} MiB; in ms\n")
    print(f"{'':<18} {'commits':>8} {'p50':>8} {'p90':>8} {'p99':>8} {'p99.9':>8} {'max':>8} "
          f"{'p99 ratio':>10}")
    for row in rows:
        print(f"{row['during']:<18} {row['commits']:>8} {row['p50_ms']:>8.3f} {row['p90_ms']:>8.3f} "
              f"{row['p99_ms']:>8.3f} {row['p999_ms']:>8.3f} {row['max_ms']:>8.3f} "
              f"{row['p99_ratio']:>10.2f}")
    print(json.dumps({"snapshot": rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
