"""Files of a log that somebody changed between two starts."""

import os
import shutil
import struct
import unittest

import group
import scene as scenes

MEGABYTE = 1 << 20
BLOCK = 4096
BATCH = 2  # BlockKind, docs/log-format.md


def truncate(first, _):
    os.truncate(first, os.path.getsize(first) // 2)


def swap(first, second):
    os.rename(first, first + ".other")
    os.rename(second, first)
    os.rename(first + ".other", second)


def rot_last_batch(segment):
    with open(segment, "r+b") as file:
        blocks = file.read()
        at = max(at for at in range(0, len(blocks), BLOCK)
                 if struct.unpack_from("<I", blocks, at + 16)[0] == BATCH)
        file.seek(at + 700)
        file.write(bytes([blocks[at + 700] ^ 16]))


class Files(unittest.TestCase):
    damages = (
        ("truncated", truncate, "is 8388608 bytes long instead of 16777216"),
        ("duplicated", shutil.copyfile, "0002.log is a copy of segment-0000000000000001.log"),
        ("missing", lambda first, _: os.remove(first), "0001.log is missing"),
        ("missing in the middle", lambda _, second: os.remove(second), "0002.log is missing"),
        ("out of order", swap, "0001.log is a copy of segment-0000000000000002.log"),
    )

    def setUp(self):
        self.scene = scenes.Scene(3)
        self.addCleanup(self.scene.group.close)
        self.victim = self.scene.group.follower()
        self.directory = f"{self.scene.group.directory}/{self.victim.id}"

    def segment(self, number):
        return f"{self.directory}/segment-{number:016x}.log"

    def test_a_wrong_segment_is_refused_and_the_others_go_on(self):
        self.scene.write(40, size=MEGABYTE)
        self.scene.group.wait_for_agreement()
        self.scene.group.remove(self.victim)
        whole = self.directory + ".whole"
        shutil.copytree(self.directory, whole)
        for name, damage, sentence in self.damages:
            with self.subTest(name):
                damage(self.segment(1), self.segment(2))
                with self.assertRaisesRegex(AssertionError, sentence):
                    self.scene.group.start(self.victim.id)
                self.scene.write(2)
                shutil.rmtree(self.directory)
                shutil.copytree(whole, self.directory)
        self.scene.group.start(self.victim.id)
        self.scene.check()

    def test_the_last_batch_is_repaired(self):
        self.scene.write(10)
        self.scene.group.wait_for_agreement()
        self.victim.terminate()
        self.scene.group.remove(self.victim)
        rot_last_batch(self.segment(1))
        victim = self.scene.group.start(self.victim.id)
        self.scene.wait_until_repaired(victim)
        self.scene.check()

    def test_a_wiped_disk_is_a_stranger(self):
        leader = self.scene.group.leader()
        self.scene.write(10)
        self.scene.group.remove(self.victim)
        shutil.rmtree(self.directory)
        stranger = self.scene.group.start(self.victim.id)
        group.wait_until(lambda: self.says(leader, "another incarnation"), "it is refused")
        self.assertEqual(leader.info()[f"peer{stranger.id}"]["connected"], 0)
        self.scene.group.remove(stranger)
        self.scene.check()

    def says(self, replica, text):
        with open(replica.log_path, encoding="utf-8", errors="replace") as log:
            return text in log.read()


if __name__ == "__main__":
    group.main()
