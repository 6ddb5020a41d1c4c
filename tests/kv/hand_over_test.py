"""Leading is handed over under load, by command and because of a program's end: no request fails, and
none is done twice."""

import itertools
import threading
import time

import redis

import group

HAND_OVERS = 6


class Load:
    """Clients that count, one key each, one at every replica and for each write."""

    def __init__(self, replicas, clients_each=2):
        self.stop = threading.Event()
        self.failures = []
        self.counts = {}
        self.times = []  # of acknowledgements
        self.threads = [
            threading.Thread(target=self._count, args=(replica.connect(), f"count {replica.id} {n}"))
            for replica, n in itertools.product(replicas, range(clients_each))]
        for thread in self.threads:
            thread.start()

    def _count(self, client, key):
        count = 0
        while not self.stop.is_set():
            try:
                count = client.incr(key)
            except redis.RedisError as error:
                self.failures.append(f"{key} after {count}: {error}")
                return
            self.times.append(time.monotonic())
            if count != self.counts.get(key, 0) + 1:
                self.failures.append(f"{key}: {count} after {self.counts.get(key, 0)}")
            self.counts[key] = count

    def end(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def longest_pause_s(self, since):
        times = sorted(t for t in self.times if t >= since)
        return max(b - a for a, b in itertools.pairwise(times))


class HandOver(group.GroupTest):
    size = 3

    def wait_for_leader_but(self, old):
        """Whom a quorum follows by now."""
        return group.wait_until(
            lambda: next((r for r in self.group.replicas
                          if r is not old and r.info()["lease_held"] == 1), None),
            "another one leads and holds a lease")

    def test_no_request_fails(self):
        load = Load(self.group.replicas)
        self.addCleanup(load.end)
        for n in range(HAND_OVERS):
            old = self.group.leader()
            target = next(r for r in self.group.replicas if r is not old)
            command = ["FAILOVER", "TO", target.id] if n % 2 else ["FAILOVER"]
            done = len(load.times)
            self.ask(old, command)
            new = self.wait_for_leader_but(old)
            if n % 2:
                self.assertIs(new, target)
            group.wait_until(
                lambda d=done: load.failures or len(load.times) > d + 200, "the load goes on")
        load.end()
        self.assertEqual(load.failures, [])
        self.group.wait_for_agreement()
        for key, count in load.counts.items():
            self.assertEqual(int(self.group.leader().client.get(key)), count, key)

    def ask(self, old, command):
        """Under load a follower may lack what is chosen at the moment in which it is asked."""

        def accepted():
            try:
                return old.client.execute_command(*command)
            except redis.ResponseError as error:
                self.assertIn("fit to lead", str(error))
                return None

        group.wait_until(accepted, "a follower is fit to lead")

    def test_who_cannot_is_told_why(self):
        leader = self.group.leader()
        follower = self.group.follower()
        for replica, command, why in (
                (follower, ["FAILOVER"], "does not lead"),
                (leader, ["FAILOVER", "TO", leader.id], "not there"),
                (leader, ["FAILOVER", "TO", 7], "not there"),
                (leader, ["FAILOVER", "TO", 64], "no replica has that id"),
                (leader, ["FAILOVER", "TO", "x"], "no replica has that id"),
                (leader, ["FAILOVER", "AT", 1], "syntax error"),
                (leader, ["FAILOVER", "TO"], "syntax error")):
            with self.assertRaisesRegex(redis.ResponseError, why):
                replica.client.execute_command(*command)

    def test_the_group_decides_on_its_lease(self):
        follower = self.group.follower()
        for value, why in ((99, "lease_us"), ("x", "no number"), (-1, "no number")):
            with self.assertRaisesRegex(redis.ResponseError, why):
                follower.client.config_set("lease-ms", value)
        with self.assertRaisesRegex(redis.ResponseError, "only lease-ms can be set"):
            follower.client.config_set("port", 1)
        self.assertTrue(follower.client.config_set("lease-ms", 700))
        for replica in self.group.replicas:
            group.wait_until(lambda r=replica: r.info()["lease_us"] == 700_000,
                             f"replica {replica.id} goes by it")
            self.assertEqual(replica.client.config_get("lease-ms"), {"lease-ms": "700"})
        group.wait_until(lambda: self.group.leader().info()["lease_left_us"] > 300_000,
                         "a lease that is longer than the one before")

    def test_others_notice_nothing_of_a_leader_that_is_ended(self):
        old = self.group.leader()
        others = [r for r in self.group.replicas if r is not old]
        load = Load(others)
        self.addCleanup(load.end)
        group.wait_until(lambda: len(load.times) > 100, "the load has begun")
        old.terminate()
        self.group.replicas.remove(old)
        done = len(load.times)
        self.wait_for_leader_but(old)
        group.wait_until(
            lambda: load.failures or len(load.times) > done + 200, "the load goes on")
        load.end()
        self.assertEqual(load.failures, [])


if __name__ == "__main__":
    group.main()
