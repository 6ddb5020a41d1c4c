"""Runs `decree-bench reads` for a moment and checks what it says, not how fast it was."""

import json
import os
import subprocess
import sys
import tempfile

KINDS = ["clock", "lease check", "engine thread", "engine thread, local", "other thread",
         "engine thread, at a follower"]


def main():
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        command = [sys.argv[1], "reads", "--seconds", "0.1", "--rounds", "2",
                   "--directory", directory]
        result = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=100)
        assert result.returncode == 0, f"exit status {result.returncode}"
        assert not os.listdir(directory), f"left behind: {os.listdir(directory)}"
    rows = json.loads(result.stdout.splitlines()[-1])["reads"]
    assert [row["kind"] for row in rows] == KINDS, rows
    floor = rows[0]["ns"]
    for row in rows:
        assert row["ns"] > 0, row
        assert abs(row["per_s"] * row["ns"] / 1e9 - 1) < 0.01, row
        assert abs(row["ratio_clock"] - row["ns"] / floor) < 0.01 * row["ratio_clock"], row


if __name__ == "__main__":
    main()
