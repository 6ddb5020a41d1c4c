"""Bits rot in the logs of real replicas: what they took comes back from the peers."""

import os
import struct

import group

BLOCK = 4096
BATCH = 2  # BlockKind, docs/log-format.md
BATCHES = 300


class DamageTest(group.GroupTest):
    size = 3

    def setUp(self):
        super().setUp()
        for n in range(BATCHES):
            pipeline = self.client.pipeline(transaction=False)
            for key in range(5):
                pipeline.append(f"text{key}", f"{n} ")
            pipeline.execute()
        self.state = self.group.wait_for_agreement()

    def stop(self, replica):
        self.group.remove(replica)
        return f"{self.group.directory}/{replica.id}"

    @staticmethod
    def verify(directory):
        return group.wal_tool("verify", directory).returncode

    @staticmethod
    def rot(directory, first, last):
        """Flips a bit in every tenth batch of this part of the log."""
        path = f"{directory}/segment-0000000000000001.log"
        with open(path, "r+b") as file:
            blocks = file.read()
            batches = [at for at in range(0, len(blocks), BLOCK)
                       if struct.unpack_from("<I", blocks, at + 16)[0] == BATCH]
            for at in batches[int(len(batches) * first):int(len(batches) * last):10]:
                file.seek(at + 700)
                file.write(bytes([blocks[at + 700] ^ 16]))

    def expect_repaired(self, replica):
        group.wait_until(lambda: replica.info()["repairing"] == 0, "repaired")
        self.assertGreater(replica.info()["log_damages"], 5)


class AtStart(DamageTest):
    def test_a_follower(self):
        victim = self.group.follower()
        directory = self.stop(victim)
        self.assertEqual(self.verify(directory), 0)
        self.rot(directory, 0.1, 0.9)
        self.assertEqual(self.verify(directory), 2)
        self.client.set("meanwhile", "1")
        victim = self.group.start(victim.id)
        self.expect_repaired(victim)
        self.group.wait_for_agreement()
        self.assertEqual(victim.client.get("meanwhile"), b"1")

    def test_every_replica_at_another_place(self):
        directories = [self.stop(replica) for replica in list(self.group.replicas)]
        for i, directory in enumerate(sorted(directories)):
            self.rot(directory, 0.1 + 0.25 * i, 0.3 + 0.25 * i)
            self.assertEqual(self.verify(directory), 2)
        for replica_id in (1, 2, 3):
            self.group.start(replica_id)
        for replica in self.group.replicas:
            self.expect_repaired(replica)
        self.assertEqual(self.group.wait_for_agreement(), self.state)
        self.assertTrue(self.group.leader().client.set("goes on", 1))


class ToolTest(DamageTest):
    def repair(self, directory, members, *options):
        return group.wal_tool("repair", directory, "--from-peers", members, *options)

    def expect_good(self, directory):
        done = self.repair(directory, self.group.members)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.verify(directory), 0)


class SnapshotByTheTool(ToolTest):
    options = [["--log-mb", "256"]] * 3

    def test_a_chunk_has_rotted(self):
        for _ in range(200):  # the state is small, the log has to be half full
            self.client.set("pushed", b"p" * (1 << 20))
        victim = self.group.follower()
        group.wait_until(lambda: victim.info()["snapshot"] > 0, "a snapshot")
        directory = self.stop(victim)
        newest = max(name for name in os.listdir(directory) if name.endswith(".snap"))
        with open(f"{directory}/{newest}", "r+b") as file:
            file.seek(BLOCK + 500)
            file.write(b"rotten")
        self.assertEqual(self.verify(directory), 2)
        self.expect_good(directory)
        self.group.start(victim.id)
        self.group.wait_for_agreement()


class ByTheTool(ToolTest):
    def test_a_replica_that_is_not_running(self):
        victim = self.group.follower()
        directory = self.stop(victim)
        self.expect_good(directory)
        self.rot(directory, 0.1, 0.5)
        unread = self.repair(directory, self.group.members + ",4")
        self.assertEqual(unread.returncode, 4)
        self.assertIn('"4" does not read id=host:port', unread.stderr)
        away = list(self.group.replicas)
        for replica in away:
            self.stop(replica)
        alone = self.repair(directory, self.group.members, "--within", "1")
        self.assertEqual(alone.returncode, 2)
        self.assertIn("is missing still; connected to 0 of 2 peers", alone.stderr)
        self.assertEqual(self.verify(directory), 2)
        for replica in away:
            self.group.start(replica.id)
        self.group.leader().client.set("meanwhile", "1")
        self.expect_good(directory)
        self.rot(directory, 0.6, 0.7)
        self.assertEqual(self.verify(directory), 2, "what rots after a repair was not repaired")
        self.expect_good(directory)
        victim = self.group.start(victim.id)
        self.expect_repaired(victim)
        self.group.wait_for_agreement()
        self.assertEqual(victim.client.get("meanwhile"), b"1")


if __name__ == "__main__":
    group.main()
