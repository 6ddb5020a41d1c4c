"""Backups of real replicas that serve meanwhile, restored into new clusters."""

import contextlib
import os
import subprocess
import threading

import redis

import group

OLD_CLUSTER = 1  # the default of decree-kv
NEW_CLUSTER = 2
LEAST_LOG_MB = 256
VALUE_BYTES = 1 << 20
KEYS = 20


class Appender(threading.Thread):
    """Appends a word of its own to one key, again and again: the key tells the order of all."""

    def __init__(self, replica, number):
        super().__init__()
        self.client = replica.connect()
        self.number = number
        self.stopped = threading.Event()

    def run(self):
        words = 0
        while not self.stopped.is_set():
            self.client.append("history", f"{self.number}.{words} ")
            words += 1


class Backup(group.GroupTest):
    size = 3
    options = [["--log-mb", str(LEAST_LOG_MB)]] * size

    def setUp(self):
        super().setUp()
        self.first_slot = self.leader.info()["applied"] + 1
        self.backups = f"{self.group.directory}/backups-{self.id()}"

    def directory_of(self, replica):
        return f"{self.group.directory}/{replica.id}"

    def back_up(self, replica, slot):
        """Once the replica's log knows the slot to be chosen."""
        group.wait_until(lambda: self.tried(replica, slot), f"slot {slot} is known chosen")
        return f"{self.backups}/slot-{slot:020}.backup"

    def tried(self, replica, slot):
        outcome = group.wal_tool("backup", self.directory_of(replica), self.backups,
                                 "--to-slot", str(slot))
        self.assertIn(outcome.returncode, (0, 3), outcome.stderr)
        return outcome.returncode == 0

    @contextlib.contextmanager
    def restored(self, backup):
        """A new group, every replica of which was made of the backup."""

        def restore(path, replica_id):
            outcome = group.wal_tool("restore", backup, path, "--cluster", str(NEW_CLUSTER),
                                     "--replica", str(replica_id))
            self.assertEqual(outcome.returncode, 0, outcome.stderr)

        options = [[*each, "--cluster", str(NEW_CLUSTER)] for each in self.options]
        with contextlib.closing(group.Group(self.size, options, make_directory=restore)) as new:
            yield new

    def test_of_a_leader_under_load_at_a_named_slot(self):
        before = self.leader.info()
        appenders = [Appender(replica, i) for i, replica in enumerate(self.group.replicas * 2)]
        for appender in appenders:
            appender.start()
        group.wait_until(lambda: self.leader.info()["applied"] > self.first_slot + 500, "load")
        slot = self.leader.info()["applied"]
        backup = self.back_up(self.leader, slot)
        group.wait_until(lambda: self.leader.info()["applied"] > slot + 500, "the load goes on")
        for appender in appenders:
            appender.stopped.set()
        for appender in appenders:
            appender.join()
        after = self.leader.info()
        words = self.client.get("history").split()
        self.assertEqual(after["applied"] - before["applied"], len(words), "one slot a word")
        self.assertEqual((after["role"], after["start"]), ("leader", before["start"]))
        expected = words[:slot - self.first_slot + 1]
        with self.restored(backup) as new:
            for replica in new.replicas:
                self.assertEqual(replica.client.get("history").split(), expected)
            new.leader().client.append("history", "goes on")
            new.wait_for_agreement()

    def test_of_a_leader_whose_disk_is_busy(self):
        stopped = threading.Event()

        def write(client, number):
            while not stopped.is_set():
                pipeline = client.pipeline(transaction=False)
                for i in range(16):
                    pipeline.set(f"key{number}.{i}", "x" * 8192)
                with contextlib.suppress(redis.ResponseError):  # a leader may change
                    pipeline.execute()

        writers = [threading.Thread(target=write, args=(self.leader.connect(), i)) for i in range(2)]
        for writer in writers:
            writer.start()
        outcomes = [group.wal_tool("backup", self.directory_of(self.leader), self.backups)
                    for _ in range(5)]
        stopped.set()
        for writer in writers:
            writer.join()
        for outcome in outcomes:
            self.assertEqual(outcome.returncode, 0, outcome.stderr)
            backup = outcome.stderr.split(": ")[1].strip()
            self.assertEqual(group.wal_tool("verify", backup).returncode, 0)

    def test_of_an_idle_replica_has_all_that_was_answered(self):
        for n in range(100):
            self.client.set(f"key{n}", n)
        state = self.group.wait_for_agreement()
        backup = self.back_up(self.group.follower(), self.leader.info()["applied"])
        with self.restored(backup) as new:
            self.assertEqual(new.wait_for_agreement(), state)

    def write(self, first, last):
        for n in range(first, last + 1):
            self.client.set(f"key{n % KEYS}", f"{n}:".ljust(VALUE_BYTES, "x"))

    def test_of_a_log_that_is_used_again_under_the_reader(self):
        self.write(1, 50)
        os.mkdir(self.backups)
        backup = f"{self.backups}/piped"
        tool = os.path.join(os.path.dirname(group.program()), "decree-wal")
        with open(backup, "wb") as file, subprocess.Popen(
                [tool, "backup", self.directory_of(self.leader), "-"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reader:
            file.write(reader.stdout.read(100_000))  # and no more: it waits in the middle of a megabyte
            dropped = self.leader.info()["log_dropped"]
            self.write(51, 350)
            group.wait_until(lambda: self.leader.info()["log_dropped"] > max(dropped, self.first_slot + 50),
                             "the log is cut")
            file.write(reader.stdout.read())
            said = reader.stderr.read().decode()
        self.assertEqual(reader.returncode, 0, said)
        with self.restored(backup) as new:
            client = new.leader().client
            numbers = [int(client.get(f"key{i}").split(b":")[0]) for i in range(KEYS)]
        # Not from the slot: a leader's no-ops are between the writes.
        newest = max(numbers)
        self.assertGreater(newest, 150, "it began again with a newer snapshot")
        self.assertEqual(numbers, [newest - (newest - i) % KEYS for i in range(KEYS)])

    def test_the_new_cluster_is_another(self):
        self.client.set("key", "value")
        backup = self.back_up(self.leader, self.leader.info()["applied"])
        path = f"{self.backups}/replica"
        outcome = group.wal_tool("restore", backup, path, "--cluster", str(OLD_CLUSTER), "--replica", "1")
        self.assertEqual(outcome.returncode, 4)
        self.assertIn("the backup is of cluster 1 itself", outcome.stderr)
        outcome = group.wal_tool("restore", backup, path, "--cluster", str(NEW_CLUSTER), "--replica", "1")
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        started = subprocess.run(
            [group.program(), "--id", "1", "--members", "1=127.0.0.1:1", "--directory", path,
             "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=group.DEADLINE_S, check=False)
        self.assertNotEqual(started.returncode, 0)
        self.assertIn("the log belongs to cluster 2, not to cluster 1", started.stdout + started.stderr)


if __name__ == "__main__":
    group.main()
