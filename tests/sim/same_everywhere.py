#!/usr/bin/env python3
"""A seed stands for one run, whoever compiled the simulator: compares the digests of two builds.

usage: same_everywhere.py DECREE_SIM OTHER_DECREE_SIM
"""

import subprocess
import sys
from itertools import zip_longest

SEEDS = 40


def digests(program):
    """One line a seed: its number, the digest of its events, how many there were."""
    command = [program, "--digest", "--seeds", str(SEEDS)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def first_difference(one, other):
    return next((pair for pair in zip_longest(one, other) if pair[0] != pair[1]), None)


def main():
    program, other = sys.argv[1:]
    expected = digests(program)
    if len({line.split()[1] for line in expected}) != SEEDS:
        sys.exit(f"{SEEDS} seeds must give as many digests:\n" + "\n".join(expected))
    for name, again in (("a second time", program), ("compiled differently", other)):
        difference = first_difference(expected, digests(again))
        if difference:
            sys.exit("{}: \"{}\", then \"{}\"".format(name, *difference))
    print(f"{SEEDS} seeds do the same a second time and compiled differently")


if __name__ == "__main__":
    main()
