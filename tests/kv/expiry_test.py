"""Keys expire by the leader's decision; replicas whose clocks disagree never disagree about a key."""

import time

import group

HOUR_MS = 3_600_000


class Expiry:
    def test_keys_expire_everywhere(self):
        start = time.monotonic()
        for i, replica in enumerate(self.group.replicas):
            replica.client.set(f"k{i}", "v", px=300)
        self.client.set("stays", "v")
        self.assertEqual(self.client.dbsize(), len(self.group.replicas) + 1)
        for replica in self.group.replicas:
            group.wait_until(lambda r=replica: r.client.dbsize() == 1, "they expire")
        self.assertGreaterEqual(time.monotonic() - start, 0.299)  # in whole milliseconds
        self.group.wait_for_agreement()

    def test_time_to_live_is_told_alike(self):
        self.client.set("k", "v", ex=100)
        self.client.set("none", "v")
        for replica in self.group.replicas:
            self.assertIn(replica.client.ttl("k"), (99, 100))
            self.assertIn(replica.client.pttl("k"), range(95_000, 100_001))
            self.assertEqual(replica.client.ttl("none"), -1)
            self.assertEqual(replica.client.ttl("missing"), -2)

    def test_persist_and_shorter_times(self):
        self.client.set("a", "v", px=200)
        self.client.set("b", "v", ex=1000)
        self.assertTrue(self.client.persist("a"))
        self.assertTrue(self.client.pexpire("b", 50))
        group.wait_until(lambda: self.client.dbsize() == 1, "b expires")
        self.assertEqual(self.client.ttl("a"), -1)

    def test_many_keys_that_are_due_at_once(self):
        pipeline = self.client.pipeline(transaction=False)
        for i in range(3000):
            pipeline.set(f"k{i}", "v", px=100)
        pipeline.execute()
        for replica in self.group.replicas:
            group.wait_until(lambda r=replica: r.client.dbsize() == 0, "they expire")
        self.group.wait_for_agreement()

    def test_states_agree_while_keys_come_and_go(self):
        for i in range(300):
            replica = self.group.replicas[i % len(self.group.replicas)]
            replica.client.set(f"k{i % 50}", i, px=1 + i % 40)
        self.group.wait_for_agreement()
        group.wait_until(lambda: self.client.dbsize() == 0, "all expire")
        self.group.wait_for_agreement()


class OneReplica(Expiry, group.GroupTest):
    size = 1

    def test_a_key_that_is_due_is_not_shown_by_the_leader(self):
        for _ in range(100):
            self.client.set("k", "v", px=5)
            group.wait_until(lambda: self.client.pttl("k") in (0, -2), "it is due")
            self.assertIsNone(self.client.get("k"))


class SkewedClocks(Expiry, group.GroupTest):
    """The replicas' clocks are hours apart."""

    size = 3
    options = [["--clock-offset-ms", str(offset)] for offset in (-5 * HOUR_MS, 0, 5 * HOUR_MS)]


class LeaderChange(group.GroupTest):
    size = 3

    def test_a_new_leader_goes_on_expiring(self):
        self.client.set("soon", "v", px=1500)
        self.client.set("later", "v", ex=1000)
        self.group.remove(self.leader)
        client = self.group.leader().client
        self.assertIn(client.ttl("later"), range(980, 1001))
        group.wait_until(lambda: client.get("soon") is None, "it expires")
        self.assertEqual(client.get("later"), b"v")
        self.group.start(self.leader.id)
        self.group.wait_for_agreement()
        for replica in self.group.replicas:
            self.assertIn(replica.client.ttl("later"), range(980, 1001))


if __name__ == "__main__":
    group.main()
