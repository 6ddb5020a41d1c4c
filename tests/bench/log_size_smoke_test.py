"""Runs `decree-bench log-size` on small logs and checks what it says, not how fast it was."""

import json
import os
import subprocess
import sys
import tempfile

FIELDS = {"log_bytes", "p50_us", "p99_us", "floor_us", "floors", "start_s", "read_s", "share"}
MEBIBYTES = [0, 128]


def main():
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        result = subprocess.run(
            [sys.argv[1], "log-size", "--mebibytes", ",".join(map(str, MEBIBYTES)), "--seconds",
             "0.1", "--rounds", "1", "--directory", directory],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=250)
        assert result.returncode == 0, f"exit status {result.returncode}: {result.stderr}"
        assert not os.listdir(directory), f"left behind: {os.listdir(directory)}"
    report = json.loads(result.stdout.splitlines()[-1])
    assert report.keys() == {"log-size"}, report.keys()
    rows = report["log-size"]
    assert len(rows) == len(MEBIBYTES), rows
    for row, least in zip(rows, MEBIBYTES):
        assert row.keys() == FIELDS, f"fields differ: {row.keys() ^ FIELDS}"
        assert row["log_bytes"] >= least << 20, row
        assert 0 < row["p50_us"] <= row["p99_us"], row
        assert row["start_s"] > 0 and row["floor_us"] > 0, row
    assert rows[0]["log_bytes"] < rows[1]["log_bytes"], rows


if __name__ == "__main__":
    main()
