"""Leaders that are paused, cut off and killed in the middle of a step. Whatever happens: the steps in
the file are there once each, in order, and a leader that was replaced writes nothing."""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from group import DEADLINE_S, die_with_parent, wait_until
from ports import free_ports

SIZE = 3
NEVER_MS = 3_600_000


def program():
    return os.environ["LEADER_TASK"]


class Replica:
    """One process; its lines are in a file."""

    def __init__(self, replica_id, members, directory, every_ms):
        self.id = replica_id
        self.path = f"{directory}/{replica_id}.out"
        with open(self.path, "ab") as output, open(f"{directory}/{replica_id}.log", "ab") as log:
            self.process = subprocess.Popen(
                [program(), "--id", str(replica_id), "--members", members, "--directory",
                 f"{directory}/{replica_id}", "--file", f"{directory}/report", "--every-ms",
                 str(every_ms), "--suspect-ms", "400"],
                stdout=output, stderr=log, preexec_fn=die_with_parent)

    def lines(self):
        assert self.process.poll() is None, f"replica {self.id} ended"
        with open(self.path, encoding="ascii") as file:
            return file.read().splitlines()

    def said(self, pattern):
        """The matches among its lines."""
        return [match for line in self.lines() if (match := re.fullmatch(pattern, line))]

    def signal(self, number):
        self.process.send_signal(number)

    def pause(self):
        self.signal(signal.SIGSTOP)
        wait_until(lambda: set(self.states()) == {"T"}, f"replica {self.id} stands still")

    def states(self):
        """Of its threads, one letter each."""
        for thread in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{thread}/stat", encoding="ascii") as file:
                yield file.read().rsplit(")", 1)[1].split()[0]

    def tokens(self):
        """Of its terms."""
        return [match[1] for match in self.said(r"leads with token (\S+)")]

    def step(self):
        """The number of the step that it has begun, if that is the last that it said."""
        begun = re.fullmatch(r"step (\d+) begins", (self.lines() or [""])[-1])
        return int(begun[1]) if begun else None

    def is_at_the_lock(self):
        """It waits for a lock that another holds."""
        with open("/proc/locks", encoding="ascii") as file:
            return any(fields[1] == "->" and fields[5] == str(self.process.pid)
                       for fields in map(str.split, file))

    def go_on(self):
        self.signal(signal.SIGCONT)

    def terminate(self):
        """Returns the exit status."""
        self.signal(signal.SIGTERM)
        return self.process.wait(DEADLINE_S)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Group:
    def __init__(self, every_ms):
        self.directory = tempfile.mkdtemp(prefix="decree-leader-task-", dir="/var/tmp")
        self.members = ",".join(f"127.0.0.1:{port}" for port in free_ports(SIZE))
        self.every_ms = every_ms
        self.replicas = []
        for i in range(SIZE):
            self.start(i + 1)

    def start(self, replica_id):
        self.replicas.append(Replica(replica_id, self.members, self.directory, self.every_ms))

    def others(self, replica):
        return [each for each in self.replicas if each is not replica]

    def leader(self, among=None):
        """One that has begun a step, as long as nobody was cancelled."""
        return wait_until(lambda: next((each for each in among or self.replicas if each.step()), None),
                          "a step begins")

    def steps(self):
        """The numbers of the steps in the file."""
        with contextlib.suppress(FileNotFoundError):
            with open(f"{self.directory}/report", encoding="ascii") as file:
                token, *steps = file.read().splitlines()
            assert re.fullmatch(r"[0-9a-f]{16}-[0-9a-f]{8}-[0-9a-f]{16}-[0-9a-f]{16}-[0-9a-f]{8}", token)
            return [int(re.fullmatch(r"step (\d+) by replica [123]", each)[1]) for each in steps]
        return []

    @contextlib.contextmanager
    def leader_before_its_write(self):
        """The leader, which has looked at its lease for the last time in this step and then came to
        the file's lock, and the number of the step. It goes on at the end of the block."""
        with open(f"{self.directory}/report.lock", "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            while not (leader := wait_until(self.at_the_lock, "a leader at the lock")).step():
                # It has yet to claim the file.
                fcntl.flock(lock, fcntl.LOCK_UN)
                wait_until(lambda: not leader.is_at_the_lock(), "it goes on")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield leader, leader.step()

    def at_the_lock(self):
        return next((each for each in self.replicas if each.is_at_the_lock()), None)

    def wait_for_step(self, number):
        wait_until(lambda: any(each.said(f"step {number} is done") for each in self.replicas),
                   f"step {number} is done")

    def remove(self, replica):
        replica.kill()
        self.replicas.remove(replica)

    def close(self):
        for replica in self.replicas:
            replica.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


class LeaderTask(unittest.TestCase):
    def start(self, every_ms):
        group = Group(every_ms)
        self.addCleanup(group.close)
        return group

    def assert_once_and_in_order(self, steps):
        self.assertEqual(steps, list(range(1, len(steps) + 1)))

    def test_a_leader_that_is_paused_before_its_write_is_refused(self):
        group = self.start(every_ms=50)
        group.wait_for_step(2)
        with group.leader_before_its_write() as (old, step):
            old.pause()
        group.wait_for_step(step + 2)
        self.assert_once_and_in_order(group.steps())
        old.go_on()
        refusal = r"refused: token (\S+) is older than (\S+)"
        wait_until(lambda: old.said(refusal) or old.said(f"step {step} is done"), "it tries to write")
        self.assertFalse(old.said(f"step {step} is done"), "others did it long ago")
        own, newest = old.said(refusal)[0].groups()
        self.assertLess(own, newest)
        self.assertIn(own, old.tokens())
        group.wait_for_step(group.steps()[-1] + 2)
        self.assert_once_and_in_order(group.steps())

    def test_a_step_is_cancelled_while_leadership_is_in_doubt(self):
        group = self.start(every_ms=NEVER_MS)
        leader = group.leader()
        for other in group.others(leader):
            other.pause()
        wait_until(lambda: leader.said("step 1 is cancelled"), "it hears of its doubt")
        for other in group.others(leader):
            other.go_on()
        group.leader()
        self.assertEqual(group.steps(), [])
        for replica in group.replicas:
            self.assertEqual(replica.terminate(), 0, "it ends in the middle of a step, in order")

    def test_a_leader_that_is_paused_in_its_work_cancels_it(self):
        group = self.start(every_ms=NEVER_MS)
        old = group.leader()
        old.pause()
        young = group.leader(among=group.others(old))
        old.go_on()
        wait_until(lambda: old.said("step 1 is cancelled"), "it hears that it leads no more")
        self.assertLess(old.tokens()[0], young.tokens()[-1])

    def test_a_step_of_which_only_the_file_knows_is_not_added_again(self):
        group = self.start(every_ms=50)
        group.wait_for_step(2)
        with group.leader_before_its_write() as (old, step):
            others = group.others(old)
            for other in others:
                group.remove(other)
        wait_until(lambda: group.steps()[-1] == step, "it is written")
        self.assertFalse(old.said(f"step {step} is done"), "there is no quorum")
        group.remove(old)
        for other in others:
            group.start(other.id)
        group.wait_for_step(step + 2)
        self.assert_once_and_in_order(group.steps())


if __name__ == "__main__":
    os.environ["LEADER_TASK"] = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
