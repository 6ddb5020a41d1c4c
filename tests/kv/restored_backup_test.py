"""An old copy of a replica's directory is put back: its peers refuse it and say so, and go on."""

import os
import shutil

import group


class RestoredBackup(group.GroupTest):
    size = 3

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
        both = sorted([self.leader.id, victim.id])
        group.wait_until(
            lambda: self.client.incr("n") and self.logs_with("restored backup") == both,
            "both sides know why")
        self.assertGreater(int(self.client.get("n")), 50)
        self.assertEqual(self.leader.info()[f"peer{victim.id}"]["connected"], 0)

    def logs_with(self, text):
        found = []
        for replica in self.group.replicas:
            with open(replica.log_path, encoding="utf-8", errors="replace") as log:
                if text in log.read():
                    found.append(replica.id)
        return sorted(found)


if __name__ == "__main__":
    group.main()
