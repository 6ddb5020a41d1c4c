"""A group on disks that fail, and what its clients were told: nothing that was acknowledged is
lost, nothing that was refused has happened, no read is stale."""

import contextlib

import redis

import group

LOG_MB = 256  # the least that decree-kv takes; a segment is a sixteenth
LARGE = 40_000  # a batch of several blocks


class Scene:
    def __init__(self, size, directory=None):
        self.group = group.Group(size, [["--log-mb", str(LOG_MB)]] * size, directory)
        self.acknowledged = {}
        self.refused = []

    def victim(self, role):
        return self.group.leader() if role == "leader" else self.group.follower()

    def others(self, victim):
        return [replica for replica in self.group.replicas if replica is not victim]

    def restart(self, replica):
        self.group.remove(replica)
        return self.group.start(replica.id)

    def try_write(self, replica, size=LARGE, readers=None):
        """Empty if it is acknowledged, and then every reader that answers has it; else why not."""
        number = len(self.acknowledged) + len(self.refused)
        key, value = f"key {number}", f"{number} ".ljust(size, "x").encode()
        try:
            replica.client.set(key, value)
        except redis.RedisError as error:
            self.refused.append((key, str(error)))
            return str(error)
        self.acknowledged[key] = value
        for other in readers or self.group.replicas:
            with contextlib.suppress(redis.RedisError):
                assert other.client.get(key) == value, f"a stale read at replica {other.id}"
        return ""

    def write(self, count, at=None, size=LARGE):
        """All of it must be acknowledged. The first write is looked for everywhere: a replica with a
        disk that stands still keeps a reader waiting, and need not do so each time."""
        replicas = at or self.group.replicas
        for n in range(count):
            readers = replicas if n > 0 else self.group.replicas
            error = self.try_write(replicas[n % len(replicas)], size, readers)
            assert not error, error

    def leads(self):
        """The replica that holds the lease, be it that nobody can write."""
        return group.wait_until(
            lambda: next((r for r in self.group.replicas if r.info()["lease_held"]), None),
            "one holds the lease")

    def wait_for_leader_but(self, victim):
        """Its disk stands still: the others have noticed, and none of their writes has failed."""
        group.wait_until(
            lambda: self.write(1, self.others(victim))
            or any(r.info()["lease_held"] for r in self.others(victim)),
            f"another than {victim.id} leads")

    def wait_until_repaired(self, replica):
        assert replica.info()["log_damages"] > 0, "nothing was noticed"
        group.wait_until(lambda: replica.info()["repairing"] == 0, "repaired")

    def check(self):
        """The group goes on as a whole, and every replica has what it must have."""
        self.write(3)
        self.group.wait_for_agreement()
        for replica in self.group.replicas:
            for key, value in self.acknowledged.items():
                assert replica.client.get(key) == value, f"{key} is lost at replica {replica.id}"
            for key, error in self.refused:
                happened = "was not executed" in error and replica.client.exists(key)
                assert not happened, f"{key} is there, but: {error}"


def check_final_failure(test, scene, victim, fail, heal):
    """After one failed write or sync the replica stops, whatever the disk does then, and the others
    go on. Returns the reason that it gives."""
    scene.write(10)
    fail()
    others = scene.others(victim)
    group.wait_until(
        lambda: not scene.try_write(others[0]) and victim.info()["storage_error"],
        "it says that its log failed")
    reason = victim.info()["storage_error"]
    heal()
    test.assertIn("NOTLEADER", scene.try_write(victim))
    scene.write(5, others)
    test.assertEqual(victim.info()["storage_error"], reason)
    test.assertNotEqual(victim.info()["role"], "leader")

    victim = scene.restart(victim)
    scene.check()
    test.assertEqual(victim.info()["log_damages"], 0, "only what was torn is cut off")
    return reason
