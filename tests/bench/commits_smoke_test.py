"""Runs the benchmarks of commits for a moment and checks what they say, not how fast it was."""

import json
import os
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

FIELDS = {
    "replicas", "outstanding", "payload_bytes", "commits", "p50_us", "p99_us", "p999_us", "max_us",
    "commits_per_s", "floor_p50_us", "floor_p99_us", "ratio_p50", "floor_p999_us",
    "floor_commits_per_s", "other_floor_p50_us", "cpu_us_per_commit", "cores_busy",
}
# Subcommand, options, and the (replicas, bytes, outstanding) of each line; 0: an open loop.
RUNS = [
    ("latency", ["--outstanding", "1,8"],  # logs that go round first
     [(3, 256, 1), (3, 256, 8)]),
    ("throughput", ["--outstanding", "64", "--open", "0.2", "--new-logs"],
     [(3, 64, 64), (3, 256, 64), (3, 64, 0), (3, 256, 0)]),
    ("payload", ["--payload", "16,1048576", "--outstanding", "2", "--new-logs"],
     [(3, 16, 2), (3, 1048576, 2)]),
    ("replicas", ["--replicas", "1,2", "--outstanding", "4", "--new-logs"],
     [(1, 256, 4), (2, 256, 4)]),
]


def check_row(row, setting):
    missing = FIELDS - row.keys()
    assert not missing, f"fields are missing: {missing}"
    assert (row["replicas"], row["payload_bytes"], row["outstanding"]) == setting, row
    assert row["commits"] >= row["outstanding"], row
    assert 0 < row["p50_us"] <= row["p99_us"] <= row["p999_us"] <= row["max_us"], row
    assert 0 < row["floor_p50_us"] <= row["floor_p99_us"] <= row["floor_p999_us"], row
    assert row["commits_per_s"] > 0 and row["cpu_us_per_commit"] > 0, row
    ratio = row["p50_us"] / row["floor_p50_us"]
    assert abs(row["ratio_p50"] - ratio) < 0.01 * ratio, row
    assert ("ratio_commits" in row) == (row["outstanding"] > 0), row
    if row["outstanding"] == 0:
        assert 0 < row["open_floor_p50_us"] <= row["open_floor_p99_us"] <= row["open_floor_p999_us"]
        # An open loop takes its time, however fast the replicas are. A disk that stands still for half
        # a second, as shared ones do, leaves little of so short a run.
        assert 0.1 * row["rate_per_s"] < row["commits_per_s"] < 1.5 * row["rate_per_s"], row


def check_run(program, subcommand, options, settings):
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        svg = os.path.join(directory, "plot.svg")
        command = [program, subcommand, "--seconds", "0.2", "--rounds", "1",
                   "--directory", directory, "--plot", svg] + options
        result = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=100)
        assert result.returncode == 0, f"exit status {result.returncode}"
        drawn = ElementTree.parse(svg).getroot()
        assert len(list(drawn.iter("{http://www.w3.org/2000/svg}path"))) > 10, "nothing is drawn"
        os.remove(svg)
        assert not os.listdir(directory), f"left behind: {os.listdir(directory)}"
    assert ("lose" in result.stdout) == (settings[-1][-1] == 0), "stalls stand beside open loops"
    report = json.loads(result.stdout.splitlines()[-1])
    assert report.keys() == {subcommand}, report.keys()
    assert len(report[subcommand]) == len(settings), report
    for row, setting in zip(report[subcommand], settings):
        check_row(row, setting)
        stages = row.get("stages_us", {})
        assert bool(stages) == (subcommand == "latency"), row
        assert all(us > 0 for us in stages.values()), row


def main():
    for run in RUNS:
        check_run(sys.argv[1], *run)


if __name__ == "__main__":
    main()
