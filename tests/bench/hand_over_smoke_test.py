"""Changes leaders and restarts replicas with `decree-bench hand-over` and checks what it says."""

import json
import os
import subprocess
import sys
import tempfile

HAND_OVERS = 4
RESTARTS = 3  # one round
FIELDS = {
    "event", "times", "least_ms", "median_ms", "p90_ms", "max_ms", "calm_ms", "floor_ms", "ratio",
    "acknowledged", "refused", "unknown", "lost",
}


def check_row(row):
    assert row.keys() == FIELDS, f"fields differ: {row.keys() ^ FIELDS}"
    assert 0 < row["least_ms"] <= row["median_ms"] <= row["p90_ms"] <= row["max_ms"], row
    assert row["calm_ms"] > 0 and row["floor_ms"] > 0, row
    assert abs(row["ratio"] - row["median_ms"] / row["floor_ms"]) < 0.02 * row["ratio"], row
    assert row["acknowledged"] > 4 * row["times"], row
    assert row["lost"] == 0, row


def main():
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        result = subprocess.run(
            [sys.argv[1], "hand-over", "--times", str(HAND_OVERS), "--rolling-restarts", "1",
             "--seconds", "0.1", "--outstanding", "2", "--directory", directory],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=200)
        assert result.returncode == 0, f"exit status {result.returncode}: {result.stderr}"
        assert not os.listdir(directory), f"left behind: {os.listdir(directory)}"
    report = json.loads(result.stdout.splitlines()[-1])
    assert report.keys() == {"hand-over"}, report.keys()
    rows = {row["event"]: row for row in report["hand-over"]}
    for row in rows.values():
        check_row(row)
    assert rows["hand-over"]["times"] == HAND_OVERS, rows
    assert sum(row["times"] for row in rows.values()) == HAND_OVERS + RESTARTS, rows
    # Nothing but a process that dies leaves an outcome unknown.
    assert rows["hand-over"]["unknown"] == 0, rows


if __name__ == "__main__":
    main()
