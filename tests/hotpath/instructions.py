#!/usr/bin/env python3
"""Counts the instructions of a commit at a leader and a follower, and compares them with the table.

usage: instructions.py PROGRAM [--write]

The table, instructions.json, holds what the engine's own code executes, for each batch size: that of
the C library and of xxHash depends on the processor. --write writes the counts down.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TABLE = Path(__file__).with_name("instructions.json")
PAYLOAD_BYTES = 256
BATCHES = {1: 500, 64: 100}  # by size: how many are counted
SLACK = 0.05


def own_and_all(profile, program):
    """Sums a callgrind profile: lines of cost, but for those of calls, which include the callee."""
    names = {}
    own = total = 0
    in_program = after_call = False
    for line in profile:
        if match := re.match(r"ob=\((\d+)\)(?: (.*))?", line):
            if match[2]:
                names[match[1]] = match[2].strip()
            in_program = Path(names[match[1]]).name == Path(program).name
        elif match := re.match(r"cob=\((\d+)\) (.*)", line):
            names[match[1]] = match[2].strip()
        elif line.startswith("calls="):
            after_call = True
        elif match := re.match(r"[+*\d-]\S* (\d+)$", line):
            if not after_call:
                total += int(match[1])
                own += int(match[1]) * in_program
            after_call = False
    return own, total


def count(program, batch):
    with tempfile.NamedTemporaryFile("r") as profile:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile.name}",
                   "--collect-atstart=no", "--toggle-collect=*measured*", program,
                   str(BATCHES[batch]), str(batch), str(PAYLOAD_BYTES)]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        commits = int(result.stdout)
        assert commits == BATCHES[batch] * batch, result.stdout
        return [round(sum_ / commits) for sum_ in own_and_all(profile, program)]


def main():
    program = sys.argv[1]
    counts = {str(batch): count(program, batch) for batch in BATCHES}
    print("commits in a batch   instructions of the engine   of all code")
    for batch, (own, total) in counts.items():
        print(f"{batch:>18} {own:>28,} {total:>13,}")
    now = {batch: own for batch, (own, _) in counts.items()}
    if "--write" in sys.argv:
        TABLE.write_text(json.dumps(now) + "\n")
    before = json.loads(TABLE.read_text())
    for batch, own in now.items():
        change = own / before[batch] - 1
        if abs(change) > SLACK:
            sys.exit(f"{own} instructions in a batch of {batch}, {change:+.1%} of what the table "
                     f"says; if that is meant: {sys.argv[0]} {program} --write")


if __name__ == "__main__":
    main()
