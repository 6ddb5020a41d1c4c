"""What three replicas that nobody asks for anything take of a processor, and of memory."""

import json
import os
import sys
import time

import group

SETTLED_S = 2  # elections and first segments are over


def run_of(process):
    """Nanoseconds on a processor, and how often it was given one, of all its threads."""
    total = [0, 0]
    tasks = f"/proc/{process}/task"
    for task in os.listdir(tasks):
        with open(f"{tasks}/{task}/schedstat", encoding="ascii") as file:
            ran_ns, _, times = map(int, file.read().split())
        total[0] += ran_ns
        total[1] += times
    return total


def measure(replicas, seconds):
    leader = replicas.leader()
    time.sleep(SETTLED_S)
    start = time.monotonic()
    before = {replica.id: run_of(replica.process.pid) for replica in replicas.replicas}
    time.sleep(seconds)
    took = time.monotonic() - start
    for replica in replicas.replicas:
        ran_ns, times = (now - then for now, then in
                         zip(run_of(replica.process.pid), before[replica.id]))
        yield {"role": "leader" if replica is leader else "follower",
               "core_percent": round(ran_ns / took / 1e7, 2),
               "runs_per_s": round(times / took),
               "us_per_run": round(ran_ns / 1e3 / times, 1),
               "resident_mib": round(replica.resident_bytes() / 2**20, 1)}


def main():
    os.environ["DECREE_KV"] = os.path.abspath(sys.argv[1])
    seconds, options = float(sys.argv[2]), sys.argv[3:]
    replicas = group.Group(3, [options] * 3)
    try:
        rows = list(measure(replicas, seconds))
    finally:
        replicas.close()
    print(f"{'replica':10}{'of a core':>10}{'runs/s':>8}{'each':>10}{'resident':>10}")
    for row in rows:
        print(f"{row['role']:10}{row['core_percent']:>9}%{row['runs_per_s']:>8}"
              f"{row['us_per_run']:>7} us{row['resident_mib']:>6} MiB")
    print(json.dumps({"idle": rows}))


if __name__ == "__main__":
    main()
