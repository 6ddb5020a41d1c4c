"""A copy of a replica's directory is put back, or started beside it: its peers refuse it and say so, and
go on."""

import os
import shutil

import group
from ports import free_ports


class Copies(group.GroupTest):
    size = 3

    def logs_with(self, text, replicas=None):
        found = []
        for replica in replicas or self.group.replicas:
            with open(replica.log_path, encoding="utf-8", errors="replace") as log:
                if text in log.read():
                    found.append(replica.id)
        return sorted(found)


class RestoredBackup(Copies):
    def test_it_is_refused_and_the_others_go_on(self):
        victim = self.group.follower()
        directory = f"{self.group.directory}/{victim.id}"
        self.client.set("n", 0)
        self.group.wait_for_agreement()
        self.group.remove(victim)
        shutil.copytree(directory, directory + ".backup")

        victim = self.group.start(victim.id)
        for _ in range(50):
            self.client.incr("n")
        self.group.wait_for_agreement()
        self.assertEqual(self.logs_with("restored backup"), [], "an ordinary crash is none")
        self.group.remove(victim)
        shutil.rmtree(directory)
        os.rename(directory + ".backup", directory)

        self.group.start(victim.id)
        group.wait_until(
            lambda: self.client.incr("n") and self.logs_with("restored backup") == [1, 2, 3],
            "both sides know why")
        self.assertGreater(int(self.client.get("n")), 50)
        self.assertEqual(self.leader.info()[f"peer{victim.id}"]["connected"], 0)


class CopyBesideTheOriginal(Copies):
    def test_a_copy_beside_the_original_is_refused(self):
        original = self.group.follower()
        self.group.remove(original)
        copies = f"{self.group.directory}/copies"
        shutil.copytree(f"{self.group.directory}/{original.id}", f"{copies}/{original.id}")
        original = self.group.start(original.id)
        self.group.wait_for_agreement()

        members = [f"{original.id}=127.0.0.1:{free_ports(1)[0]}"
                   if member.startswith(f"{original.id}=") else member
                   for member in self.group.members.split(",")]
        copy = group.Replica(original.id, ",".join(members), copies, [])
        self.addCleanup(copy.kill)
        others = [r for r in self.group.replicas if r is not original]
        told = sorted(r.id for r in [*others, copy])
        group.wait_until(
            lambda: self.client.incr("n")
            and self.logs_with("copies of one directory", [*others, copy]) == told,
            "the others and the copy know why")
        self.assertEqual(self.leader.info()[f"peer{original.id}"]["connected"], 1)
        self.group.wait_for_agreement()


if __name__ == "__main__":
    group.main()
