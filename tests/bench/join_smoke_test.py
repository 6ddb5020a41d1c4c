"""Runs `decree-bench join` as three hosts would, and checks what the leader says."""

import json
import signal
import subprocess
import sys
import tempfile

from ports import free_ports

STAGES = ["wait", "encode", "send", "local disk", "remote disk", "remote", "quorum", "apply",
          "answer"]
# Of a median commit these follow each other; the rest is beside the quorum.
IN_ORDER = ["wait", "encode", "send", "quorum", "apply", "answer"]
DEADLINE_S = 60


def start(program, replica_id, members, directory):
    return subprocess.Popen(
        [program, "join", "--id", str(replica_id), "--members", members,
         "--directory", f"{directory}/{replica_id}", "--priority", str(3 - replica_id),
         "--outstanding", "1,16", "--seconds", "0.2", "--rounds", "2"],
        stdout=subprocess.PIPE, text=True)


def first_report(replicas):
    """Whoever leads ends by itself."""
    while True:
        for replica in replicas:
            try:
                output, _ = replica.communicate(timeout=0.2)
            except subprocess.TimeoutExpired:
                continue
            assert replica.returncode == 0, f"exit status {replica.returncode}"
            return replica, output


def check(report):
    assert report.keys() == {"join"}, report.keys()
    assert [row["outstanding"] for row in report["join"]] == [1, 16], report
    for row in report["join"]:
        assert 0 < row["p50_us"] <= row["p99_us"] <= row["p999_us"] <= row["max_us"], row
        assert row["commits_per_s"] > 0 and row["leader_cpu_us_per_commit"] > 0, row
        assert row["replicas"] == 3, row
        stages = row["stages_us"]
        assert list(stages) == STAGES, stages
        # A follower writes while the leader still sends to the other; of medians that holds nearly.
        assert stages["remote disk"] <= 1.2 * (stages["send"] + stages["remote"]), stages
    # Medians do not add up exactly, but what a commit takes is in its stages.
    alone = report["join"][0]
    total = sum(alone["stages_us"][stage] for stage in IN_ORDER)
    assert 0.5 * alone["p50_us"] < total < 2 * alone["p50_us"], alone


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        members = ",".join(f"{i}=127.0.0.1:{port}" for i, port in enumerate(free_ports(3), 1))
        replicas = [start(program, i, members, directory) for i in (1, 2, 3)]
        try:
            leader, output = first_report(replicas)
            check(json.loads(output.splitlines()[-1]))
            for replica in replicas:
                if replica is leader:
                    continue
                replica.send_signal(signal.SIGINT)
                replica.communicate(timeout=DEADLINE_S)
                assert replica.returncode == 0, f"exit status {replica.returncode}"
        finally:
            for replica in replicas:
                replica.kill()
                replica.wait()
    for bad in ("1=a", "1=:7", "x=a:7", "1=a:70000"):
        result = subprocess.run([program, "join", "--id", "1", "--members", bad,
                                 "--directory", "/nowhere"],
                                capture_output=True, text=True, timeout=DEADLINE_S)
        assert result.returncode != 0 and f'"{bad}"' in result.stderr, (bad, result.stderr)


if __name__ == "__main__":
    main()
