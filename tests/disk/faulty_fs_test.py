"""Replicas on a file system that fails on command."""

import itertools
import os
import unittest

import disks
import group
import scene as scenes

THROUGH = os.environ["LOG_THROUGH"]  # io_uring or pwrite: how the log is to be written
ROLES = ("leader", "follower")

# A write or sync that fails, and what the replica says.
FAILURES = (
    ("write_error", {"times": 1, "blocks": 2}, "Input/output error"),  # torn
    ("sync_error", {"times": 1}, "Input/output error"),
    ("no_space", {}, "No space left on device"),
    ("read_only", {}, "Read-only file system"),
)


class FaultyScene(scenes.Scene):
    """All directories are on it; a fault befalls the segments of one replica."""

    def __init__(self, size, disk):
        super().__init__(size, disk.directory)
        self.disk = disk

    def inject(self, kind, replica, **details):
        self.disk.inject(kind, f"/{replica.id}/segment-*.log", **details)


class DiskTest(unittest.TestCase):
    size = 3
    disk_options = ()

    def setUp(self):
        disk = disks.FaultyFs(*self.disk_options)
        self.addCleanup(disk.close)
        self.scene = FaultyScene(self.size, disk)
        self.addCleanup(self.scene.group.close)
        self.addCleanup(disk.heal)  # nobody can be killed while the disk stands still
        for replica in self.scene.group.replicas:
            self.assertIn(f"{THROUGH} O_DIRECT", replica.info()["log_disk"])


class Alone(DiskTest):
    size = 1

    def setUp(self):
        super().setUp()
        self.alone = self.scene.group.leader()

    def test_it_keeps_what_it_acknowledged(self):
        scene = self.scene
        for kind, details, _ in FAILURES:
            with self.subTest(kind):
                scene.write(10)
                scene.inject(kind, self.alone, **details)
                self.assertIn("STORAGEFAILED", scene.try_write(self.alone))
                scene.disk.heal()
                self.assertIn("was not executed", scene.try_write(self.alone))
                self.alone = scene.restart(self.alone)
                scene.check()


class Writing(DiskTest):
    # Reported, and not done, or not there.
    lies = (
        ("write_lost", 0),
        ("write_lost", 1),
        ("write_moved", 40),
        ("write_moved", -3),
    )

    def test_a_failure_is_final_and_the_others_go_on(self):
        scene = self.scene
        for (kind, details, reason), role in itertools.product(FAILURES, ROLES):
            with self.subTest(kind, at=role):
                victim = scene.victim(role)
                found = scenes.check_final_failure(
                    self, scene, victim,
                    lambda: scene.inject(kind, victim, **details), scene.disk.heal)
                self.assertIn(reason, found)

    def test_what_was_never_written_comes_back_from_the_peers(self):
        scene = self.scene
        for (kind, blocks), role in itertools.product(self.lies, ROLES):
            with self.subTest(kind, blocks=blocks, at=role):
                victim = scene.victim(role)
                scene.write(10)
                scene.inject(kind, victim, times=8, blocks=blocks)
                scene.write(15)
                self.assertEqual(scene.disk.hits(), 8)
                scene.write(20)
                victim = scene.restart(victim)
                scene.wait_until_repaired(victim)
                scene.check()

    def test_while_a_disk_stands_still_the_others_take_writes(self):
        scene = self.scene
        for role in ROLES:
            with self.subTest(at=role):
                victim = scene.victim(role)
                scene.inject("stall", victim)
                scene.write(20, scene.others(victim))
                self.assertGreater(scene.disk.hits(), 0)
                scene.wait_for_leader_but(victim)
                scene.write(20, scene.others(victim))
                scene.disk.heal()
                scene.check()


class Waiting(DiskTest):
    """Where io_uring waits for the disk."""

    disk_options = ("waiting",)

    def test_short_writes_are_continued(self):
        scene = self.scene
        victim = scene.group.leader()
        scene.inject("write_short", victim, times=20, blocks=1)
        scene.write(20)
        self.assertEqual(scene.disk.hits(), 20)
        self.assertEqual(victim.info()["storage_error"], "")
        victim = scene.restart(victim)
        self.assertEqual(victim.info()["log_damages"], 0)
        scene.check()

    def test_a_leader_that_its_disk_holds_is_replaced(self):
        scene = self.scene
        victim = scene.group.leader()
        others = scene.others(victim)
        scene.inject("stall", victim)
        scene.group.replicas.remove(victim)  # it answers nobody
        group.wait_until(lambda: not scene.try_write(others[0]), "another one leads")
        scene.write(10, others)
        scene.disk.heal()
        scene.group.replicas.append(victim)
        scene.check()
        self.assertIsNot(scene.group.leader(), victim)


class Reading(DiskTest):
    block = 30  # of the first segment, in the middle of what is there

    def test_a_bad_block_at_start_is_repaired_from_the_peers(self):
        scene = self.scene
        scene.write(20)
        leader = scene.group.leader()
        for kind, victim in zip(("read_error", "read_flip"), scene.others(leader)):
            with self.subTest(kind):
                scene.inject(kind, victim, blocks=self.block)
                victim = scene.restart(victim)
                scene.wait_until_repaired(victim)
                scene.disk.heal()
                scene.check()

    def test_an_error_in_use(self):
        self.check_in_use("read_error")

    def test_a_wrong_bit_in_use(self):
        self.check_in_use("read_flip")

    def check_in_use(self, kind):
        """A snapshot takes the place of what cannot be read, also for the peer that needs it."""
        scene = self.scene
        away = scene.group.follower()
        scene.group.remove(away)
        leader = scene.group.leader()
        scene.write(60)  # more than is kept in memory
        scene.inject(kind, leader, blocks=self.block)
        scene.group.start(away.id)
        scene.check()
        self.assertGreater(leader.info()["log_damages"], 0)
        self.assertGreater(leader.info()["snapshot"], 0)

    def test_a_log_that_cannot_be_read_is_not_opened(self):
        scene = self.scene
        scene.write(20)
        victim = scene.group.follower()
        scene.group.remove(victim)
        scene.inject("read_error", victim, blocks=-1)
        with self.assertRaisesRegex(AssertionError, "segment-.*cannot be read"):
            scene.group.start(victim.id)
        scene.write(5)
        scene.disk.heal()
        scene.group.start(victim.id)
        scene.check()


def setUpModule():
    disks.need_mounts("/dev/fuse")
    if THROUGH == "pwrite":
        disks.refuse_io_uring()


if __name__ == "__main__":
    group.main()
