"""Runs the simulator and understands what it says."""

import enum
import os
import re
import signal
import subprocess
from typing import NamedTuple

FIRST_SEED = 1
FAILURE = re.compile(r"^seed (\d+) failed:[ \t]*(.*)$", re.MULTILINE)
ASSERTION = re.compile(r"^.*: (broken invariant: .*)$", re.MULTILINE)  # paxos/assert.h


class Kind(enum.Enum):
    CLEAN = "clean"
    FAILED = "failed"  # a seed, as the simulator says
    BROKEN = "broken"  # the simulator did not do its work: nothing is known


class Outcome(NamedTuple):
    kind: Kind
    seed: int = 0
    what: str = ""

    @property
    def seeds(self):
        """How many seeds it took, the failing one included."""
        return self.seed - FIRST_SEED + 1


def simulate(program, seeds, jobs, limit_seconds, log):
    """Runs that many seeds, or as many as it takes to fail; the file `log` gets what is said."""
    command = [str(program), "--seeds", str(seeds), "--from", str(FIRST_SEED), "--jobs", str(jobs),
               "--no-shrink"]
    with log.open("w", encoding="utf-8") as output:
        status = run(command, output, limit_seconds)
    if status is None:
        return Outcome(Kind.BROKEN, what=f"still running after {limit_seconds} s")
    return judge(status, log.read_text(encoding="utf-8", errors="replace"))


def run(command, output, limit_seconds):
    """The exit status; None if it had to be ended. What the command starts ends with it."""
    with subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT,
                          start_new_session=True) as process:
        try:
            return process.wait(timeout=limit_seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def judge(status, output):
    if status == 0:
        return Outcome(Kind.CLEAN)
    failure = FAILURE.search(output)
    if status == 1 and failure:
        # An assertion says more than the simulator does about the process that it ended.
        assertion = ASSERTION.search(output)
        what = assertion[1] if assertion else failure[2]
        return Outcome(Kind.FAILED, int(failure[1]), what.strip())
    last = output.strip().splitlines()[-1:] or ["it said nothing"]
    how = f"ended by signal {-status}" if status < 0 else f"exit status {status}"
    return Outcome(Kind.BROKEN, what=f"{how}: {last[0]}")
