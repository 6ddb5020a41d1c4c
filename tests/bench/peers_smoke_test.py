"""Runs `decree-bench-peers peers` for a moment and checks what it says, not how fast it was."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

SYSTEMS = ["decree", "libraft", "decree-kv", "etcd", "zookeeper", "redis"]
IN_LEADER = {"decree", "libraft"}
FIELDS = {
    "system", "caller", "outstanding", "payload_bytes", "commits", "p50_us", "p99_us", "p999_us",
    "max_us", "commits_per_s", "cpu_us_per_commit", "floor_p50_us", "ratio_p50", "p50_least_us",
    "p50_most_us", "beside", "ratio_beside",
}


def command(directory, *options):
    return [sys.argv[1], "peers", "--rounds", "1", "--directory", directory, *options]


def processes_of(directory):
    """Command lines of processes that were given a path in this directory."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", encoding="utf-8", errors="replace") as file:
                words = file.read().split("\0")
        except OSError:
            continue  # it has ended
        if any(directory in word for word in words):
            found.append(words)
    return found


def check_nothing_left(directory):
    assert not os.listdir(directory), f"left behind: {os.listdir(directory)}"
    assert not processes_of(directory), f"still running: {processes_of(directory)}"


def check_row(row, rows):
    assert row.keys() == FIELDS, row.keys() ^ FIELDS
    assert row["commits"] >= row["outstanding"], row
    assert 0 < row["p50_us"] <= row["p99_us"] <= row["p999_us"] <= row["max_us"], row
    assert row["p50_least_us"] == row["p50_us"] == row["p50_most_us"], row
    assert row["commits_per_s"] > 0 and row["cpu_us_per_commit"] > 0, row
    assert abs(row["ratio_p50"] / (row["p50_us"] / row["floor_p50_us"]) - 1) < 0.01, row
    assert row["beside"] == ("decree" if row["system"] in IN_LEADER else "decree-kv"), row
    beside = next(other for other in rows if other["system"] == row["beside"]
                  and other["outstanding"] == row["outstanding"])
    assert abs(row["ratio_beside"] / (row["p50_us"] / beside["p50_us"]) - 1) < 0.01, row


def check_all_systems():
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        svg = os.path.join(directory, "plot.svg")
        result = subprocess.run(
            command(directory, "--seconds", "0.2", "--outstanding", "1,8", "--plot", svg),
            stdout=subprocess.PIPE, text=True, timeout=150)
        assert result.returncode == 0, f"exit status {result.returncode}"
        drawn = ElementTree.parse(svg).getroot()
        assert len(list(drawn.iter("{http://www.w3.org/2000/svg}path"))) > 10, "nothing is drawn"
        os.remove(svg)
        check_nothing_left(directory)
    report = json.loads(result.stdout.splitlines()[-1])
    rows = report["peers"]
    assert [(row["outstanding"], row["system"]) for row in rows] == [
        (outstanding, system) for outstanding in (1, 8) for system in SYSTEMS], rows
    for row in rows:
        check_row(row, rows)
    assert list(report["versions"]) == SYSTEMS, report["versions"]
    for system, version in report["versions"].items():
        assert version[:1].isdigit(), f"{system} says that it is of version \"{version}\""


def check_interrupt():
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        program = subprocess.Popen(command(directory, "--peers", "redis", "--seconds", "60"),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while "not counted" not in program.stderr.readline():
            assert program.poll() is None, "it ended"
        program.send_signal(signal.SIGINT)
        said = program.communicate(timeout=30)[1]
        assert program.returncode == 1 and "interrupted" in said, (program.returncode, said)
        check_nothing_left(directory)


def main():
    check_all_systems()
    check_interrupt()


if __name__ == "__main__":
    main()
