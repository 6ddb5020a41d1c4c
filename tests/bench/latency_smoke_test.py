"""Runs `decree-bench latency` for a moment and checks what it says, not how fast it was."""

import json
import os
import subprocess
import sys
import tempfile

FIELDS = {
    "outstanding", "payload_bytes", "commits", "p50_us", "p99_us", "p999_us", "max_us",
    "commits_per_s", "floor_p50_us", "floor_p99_us", "ratio_p50", "cpu_us_per_commit",
}


def check_row(row, outstanding):
    missing = FIELDS - row.keys()
    assert not missing, f"fields are missing: {missing}"
    assert row["outstanding"] == outstanding, row
    assert row["payload_bytes"] == 256, row
    assert row["commits"] >= outstanding, row
    assert 0 < row["p50_us"] <= row["p99_us"] <= row["p999_us"] <= row["max_us"], row
    assert 0 < row["floor_p50_us"] <= row["floor_p99_us"], row
    assert row["commits_per_s"] > 0 and row["cpu_us_per_commit"] > 0, row
    ratio = row["p50_us"] / row["floor_p50_us"]
    assert abs(row["ratio_p50"] - ratio) < 0.01 * ratio, row


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        command = [program, "latency", "--seconds", "0.3", "--outstanding", "1,8", "--rounds", "1",
                   "--directory", directory]
        result = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=100)
        assert result.returncode == 0, f"exit status {result.returncode}"
        assert not os.listdir(directory), f"left behind: {os.listdir(directory)}"
    report = json.loads(result.stdout.splitlines()[-1])
    assert report.keys() == {"latency"}, report.keys()
    assert len(report["latency"]) == 2, report
    for row, outstanding in zip(report["latency"], (1, 8)):
        check_row(row, outstanding)


if __name__ == "__main__":
    main()
