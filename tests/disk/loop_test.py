"""Replicas each on an ext4 of its own that is full, fails or is frozen."""

import itertools
import os
import signal
import unittest

import redis

import disks
import group
import scene as scenes

DISK_MB = 80
MEGABYTE = 1 << 20
ROLES = ("leader", "follower")


class LoopScene(scenes.Scene):
    def __init__(self, directory, loops):
        super().__init__(len(loops), directory)
        self.loops = loops

    def disk(self, replica):
        return self.loops[replica.id - 1]


class LoopTest(unittest.TestCase):
    size = 3

    def setUp(self):
        directory = disks.empty_directory()
        self.addCleanup(os.rmdir, directory)
        loops = []
        for replica_id in range(1, self.size + 1):
            mount_point = f"{directory}/{replica_id}"
            os.mkdir(mount_point)
            loops.append(disks.LoopDisk(mount_point, DISK_MB))
            self.addCleanup(os.rmdir, mount_point)
            self.addCleanup(loops[-1].close)
        self.scene = LoopScene(directory, loops)
        self.addCleanup(self.scene.group.close)
        for loop in loops:
            self.addCleanup(loop.thaw)  # nobody can be killed while it is frozen

    def test_a_leader_without_room_hands_over(self):
        scene = self.scene
        old = scene.group.leader()
        give_back = disks.fill(scene.disk(old).directory)
        group.wait_until(
            lambda: scene.write(1, size=MEGABYTE) or scene.group.leader() is not old,
            "another one leads, and no write was refused")
        self.assertIn("no room", old.info()["impairment"])
        scene.write(10, size=MEGABYTE)
        give_back()
        group.wait_until(lambda: "no room" not in old.info()["impairment"], "it has room again")
        scene.restart(old)
        scene.check()

    def test_without_room_anywhere_writes_are_refused_until_there_is_some(self):
        scene = self.scene
        for replica in scene.group.replicas:
            # It waits for room as long as other clients wait for an answer, and then refuses.
            replica.client = redis.Redis(port=replica.port, socket_timeout=2 * group.DEADLINE_S)
        give_back = [disks.fill(scene.disk(r).directory) for r in scene.group.replicas]
        error = group.wait_until(
            lambda: scene.try_write(scene.leads(), MEGABYTE), "there is no room any more")
        self.assertIn("NOSPACE", error)
        for replica, key in itertools.product(scene.group.replicas, scene.acknowledged):
            self.assertTrue(replica.client.exists(key), "reads go on")
        changes = [replica.info()["leader_changes"] for replica in scene.group.replicas]
        self.assertLess(max(changes), 10, "nobody leads better than the others")
        for replica in scene.group.replicas:
            self.assertEqual(replica.info()["storage_error"], "")
        for each in give_back:
            each()
        group.wait_until(lambda: not scene.try_write(scene.leads()), "writes are taken again")
        for replica in scene.group.replicas[:]:
            scene.restart(replica)
        scene.check()

    def test_a_follower_without_room_delays_nobody(self):
        scene = self.scene
        victim = scene.group.follower()
        give_back = disks.fill(scene.disk(victim).directory)
        scene.write(40, scene.others(victim), MEGABYTE)
        give_back()
        scene.check()
        scene.restart(victim)
        scene.check()

    def test_a_device_that_has_failed_is_not_asked_again(self):
        scene = self.scene
        for role in ROLES:
            with self.subTest(at=role):
                victim = scene.victim(role)
                disk = scene.disk(victim)
                reason = scenes.check_final_failure(
                    self, scene, victim, disk.take_backing_away, disk.give_backing_back)
                self.assertIn("the log failed", reason)

    def test_while_a_disk_is_frozen_the_others_take_writes(self):
        scene = self.scene
        for role in ROLES:
            with self.subTest(at=role):
                victim = scene.victim(role)
                scene.disk(victim).freeze()
                scene.write(20, scene.others(victim))
                scene.wait_for_leader_but(victim)
                scene.write(20, scene.others(victim))
                scene.disk(victim).thaw()
                scene.check()

    def test_an_old_leader_that_wakes_on_a_frozen_disk(self):
        scene = self.scene
        old = scene.group.leader()
        others = scene.others(old)
        scene.disk(old).freeze()
        scene.write(5, [old])  # under way on its disk, and durable on the others'
        os.kill(old.process.pid, signal.SIGSTOP)
        scene.group.replicas.remove(old)
        new = scene.group.leader()
        scene.write(10, others)
        os.kill(old.process.pid, signal.SIGCONT)
        scene.group.replicas.append(old)
        scene.write(10, others)
        scene.disk(old).thaw()
        scene.check()
        self.assertEqual(old.info()["leader"], new.id)
        self.assertEqual(old.info()["promised"], new.info()["promised"])


def setUpModule():
    disks.need_mounts("/dev/loop-control")


if __name__ == "__main__":
    group.main()
