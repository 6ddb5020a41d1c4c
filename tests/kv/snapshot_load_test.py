"""Runs the benchmark of snapshots with a small state and checks what it says, not how fast it was."""

import json
import os
import subprocess
import sys

PHASES = ["alone", "snapshot written", "replica fed"]
QUANTILES = ["p50_ms", "p90_ms", "p99_ms", "p999_ms", "max_ms"]


def main():
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "snapshot_load.py")
    command = [sys.executable, "-B", script, sys.argv[1],
               "--state-mb", "16", "--rate", "100", "--seconds", "1"]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=280)
    assert result.returncode == 0, f"exit status {result.returncode}"
    report = json.loads(result.stdout.splitlines()[-1])
    assert report.keys() == {"snapshot"}, report.keys()
    rows = report["snapshot"]
    assert [row["during"] for row in rows] == PHASES, rows
    for row in rows:
        assert row["commits"] > 0, row
        times = [row[quantile] for quantile in QUANTILES]
        assert 0 < times[0] and times == sorted(times), row
        ratio = row["p99_ms"] / rows[0]["p99_ms"]
        assert abs(row["p99_ratio"] - ratio) < 0.01 * ratio + 0.001, row


if __name__ == "__main__":
    main()
