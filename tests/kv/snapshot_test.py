"""Snapshots of a real store: the log stays small, starts and replicas that were away begin with them."""

import os

import group

VALUE_BYTES = 1 << 20
KEYS = 20
LEAST_LOG_MB = 256


class Snapshots(group.GroupTest):
    size = 3
    options = [["--log-mb", str(LEAST_LOG_MB)]] * size

    def write(self, count):
        """Values of a megabyte, each other than the one before it under its key."""
        for _ in range(count):
            self.number += 1
            self.client.set(f"key{self.number % KEYS}", f"{self.number}:".ljust(VALUE_BYTES, "x"))

    def setUp(self):
        super().setUp()
        self.number = 0

    def check_values(self, client):
        for i in range(KEYS):
            newest = max(n for n in range(self.number - KEYS + 1, self.number + 1) if n % KEYS == i)
            value = client.get(f"key{i}")
            self.assertEqual(len(value), VALUE_BYTES)
            self.assertTrue(value.startswith(f"{newest}:".encode()), value[:20])

    def test_a_replica_that_was_away_and_a_restart(self):
        self.client.set("soon gone", "x", px=100)
        self.client.set("late", "x", ex=1000)
        away = self.group.follower()
        self.group.remove(away)
        self.write(300)
        group.wait_until(lambda: self.leader.info()["log_dropped"] > 0, "the log is cut")
        info = self.leader.info()
        self.assertGreaterEqual(info["snapshot"], info["log_dropped"])
        self.assertGreater(info["snapshot_bytes"], KEYS * VALUE_BYTES)
        self.assertLess(info["log_bytes"], LEAST_LOG_MB << 20)

        away = self.group.start(away.id)
        self.group.wait_for_agreement()
        with open(away.log_path, encoding="utf-8") as log:
            self.assertIn("caught up by a peer's snapshot", log.read())
        self.check_values(away.client)
        self.assertIsNone(away.client.get("soon gone"))
        self.assertGreater(away.client.ttl("late"), 800)

        directory = f"{self.group.directory}/{away.id}"
        self.assertEqual(sum(name.endswith(".snap") for name in os.listdir(directory)), 1)
        for replica in list(self.group.replicas):
            self.group.remove(replica)
        for replica_id in (1, 2, 3):
            self.group.start(replica_id)
        self.leader = self.group.leader()
        self.group.wait_for_agreement()
        self.check_values(self.leader.client)
        self.assertGreater(self.leader.client.ttl("late"), 800)
        self.assertEqual(self.leader.client.set("goes on", 1), True)


if __name__ == "__main__":
    group.main()
