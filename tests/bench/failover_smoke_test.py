"""Kills a few leaders with `decree-bench failover` and checks what it says, not how fast it was."""

import json
import os
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

KILLS = 3
FIELDS = {
    "settings", "kills", "median_ms", "p90_ms", "max_ms", "least_ms", "gap_max_ms", "floor_ms",
    "ratio", "gone_ms", "leased", "heartbeat_us", "suspect_us", "lease_us", "acknowledged", "unknown", "moved",
    "lost",
}
# Name, heartbeat, suspicion and lease of each line.
SETTINGS = [("default", 50000, 150000, 100000), ("tuned", 10000, 60000, 80000)]


def check_row(row, setting):
    assert row.keys() == FIELDS, f"fields differ: {row.keys() ^ FIELDS}"
    spans = (row["settings"], row["heartbeat_us"], row["suspect_us"], row["lease_us"])
    assert spans == setting, row
    assert row["kills"] == KILLS, row
    assert 0 < row["least_ms"] <= row["median_ms"] <= row["p90_ms"] <= row["max_ms"], row
    # A write that was acknowledged earlier would have been announced against a lease.
    assert 0 < row["floor_ms"] <= row["median_ms"], row
    assert row["floor_ms"] <= row["lease_us"] / 1e3, row
    assert abs(row["ratio"] - row["median_ms"] / row["floor_ms"]) < 0.02 * row["ratio"], row
    assert row["least_ms"] <= row["gap_max_ms"], row
    assert row["gone_ms"] > 0, row
    # However busy the machine is, the leader was found by its lease.
    assert 0 < row["leased"] <= 1, row
    # Each follower keeps two writes in flight, and each kill leaves some without an answer.
    assert row["acknowledged"] > 4 * KILLS and row["unknown"] > 0, row
    assert row["lost"] == 0, row


def run(program, directory, *options):
    command = [program, "failover", "--kills", str(KILLS), "--seconds", "0.1", "--outstanding", "2",
               "--idle-seconds", "0.2",
               "--directory", directory] + list(options)
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=100)


def check_run(program, directory):
    svg = os.path.join(directory, "plot.svg")
    result = run(program, directory, "--heartbeat-us", "10000", "--suspect-us", "60000",
                 "--lease-us", "80000", "--plot", svg)
    assert result.returncode == 0, f"exit status {result.returncode}: {result.stderr}"
    drawn = ElementTree.parse(svg).getroot()
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}path"))) > 10, "nothing is drawn"
    os.remove(svg)
    assert not os.listdir(directory), f"left behind: {os.listdir(directory)}"
    report = json.loads(result.stdout.splitlines()[-1])
    assert report.keys() == {"failover"}, report.keys()
    assert len(report["failover"]) == len(SETTINGS), report
    for row, setting in zip(report["failover"], SETTINGS):
        check_row(row, setting)


def check_that_bad_options_are_named(program, directory):
    result = run(program, directory, "--suspect-us", "1")
    assert result.returncode != 0 and not result.stdout, result
    assert "suspect_us" in result.stderr, result.stderr


def main():
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        check_that_bad_options_are_named(sys.argv[1], directory)
        check_run(sys.argv[1], directory)


if __name__ == "__main__":
    main()
