"""Three replicas under a steady load: what memory and log they take, every half minute.

Fails if the memory of one grows by more than a tenth after the first twenty minutes.
"""

import os
import sys
import time

import redis

import group

COMMANDS_A_SECOND = 2000
TOGETHER = 16
KEYS = 10_000
VALUE = b"v" * 200
SAMPLE_S = 30
WARM_S = 20 * 60
LOG_MB = 256  # so that it goes round every few minutes


class Load:
    """A client that sends some commands together, at a steady rate."""

    def __init__(self, replicas):
        self.group = replicas
        self.client = replicas.leader().client
        self.sent = 0

    def step(self, start):
        pipeline = self.client.pipeline(transaction=False)
        for _ in range(TOGETHER):
            pipeline.set(b"key%d" % (self.sent * 7919 % KEYS), VALUE)
            self.sent += 1
        try:
            pipeline.execute()
        except redis.RedisError:  # the leader moved: these are set again some day
            self.client = self.group.leader().client
        time.sleep(max(0, start + self.sent / COMMANDS_A_SECOND - time.monotonic()))


def run(replicas, seconds):
    """Returns the resident bytes of each replica, sampled, with the time of each sample."""
    load = Load(replicas)
    samples = []
    start = time.monotonic()
    while (now := time.monotonic()) < start + seconds:
        if now >= start + len(samples) * SAMPLE_S:
            resident = [replica.resident_bytes() for replica in replicas.replicas]
            samples.append((now - start, resident))
            info = replicas.replicas[0].info()
            print(f"{now - start:6.0f} s {load.sent:9} commands, resident MB",
                  *(f"{size / 1e6:.1f}" for size in resident),
                  f"log MB {info['log_bytes'] / 1e6:.0f}, snapshot {info['snapshot']}", flush=True)
        load.step(start)
    replicas.wait_for_agreement()
    return samples


def main():
    os.environ["DECREE_KV"] = os.path.abspath(sys.argv[1])
    seconds = float(sys.argv[2]) * 60
    replicas = group.Group(3, [["--log-mb", str(LOG_MB)]] * 3)
    try:
        samples = run(replicas, seconds)
    finally:
        replicas.close()
    early = [max(each) for each in zip(*(r for at, r in samples if at <= WARM_S))]
    late = [max(each) for each in zip(*(r for at, r in samples if at > WARM_S))]
    growth = max((l / e for l, e in zip(late, early)), default=1)
    print(f"grown after the first 20 minutes by {100 * (growth - 1):.1f} % at most")
    return 1 if growth > 1.1 else 0


if __name__ == "__main__":
    sys.exit(main())
