#!/usr/bin/env python3
"""Runs clang-tidy on the translation units that changed since it last found nothing in them.

usage: tidy.py BUILD_DIRECTORY

A unit has changed when its command, its text, a project header that it reaches, the configuration
or clang-tidy itself has.
"""

import functools
import hashlib
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INCLUDE = re.compile(rb'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)


class Cache:
    """A stamp file for each content in which nothing was found."""

    def __init__(self, directory, build):
        self.directory = directory
        self.include_roots = [ROOT, ROOT / "include", build / "generated"]
        version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
        self.common = hashlib.sha256(version + (ROOT / ".clang-tidy").read_bytes()).digest()
        directory.mkdir(parents=True, exist_ok=True)

    @functools.cache
    def headers_in(self, file):
        names = [name.decode() for name in INCLUDE.findall(file.read_bytes())]
        found = (root / name for name in names for root in self.include_roots)
        return [path for path in found if path.is_file()]

    def reached_from(self, source):
        reached, open_files = set(), [source]
        while open_files:
            file = open_files.pop()
            if file not in reached:
                reached.add(file)
                open_files += self.headers_in(file)
        return sorted(reached)

    def stamp(self, unit):
        # Paths as they are in every clone, so that one finds what was looked at in another.
        digest = hashlib.sha256(self.common + unit["command"].replace(str(ROOT), "").encode())
        for file in self.reached_from(Path(unit["file"])):
            name = str(file.relative_to(ROOT))
            digest.update(name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
        return self.directory / digest.hexdigest()


LIBRARY = [ROOT / folder for folder in ("paxos", "leases", "proactor", "wal", "transport", "replica",
                                        "tools", "sim")]


def units_of(build):
    """What is linked into the programs of others. The rest has the compiler's warnings: a unit that
    includes Boost.Asio or GoogleTest costs clang-tidy many seconds."""
    units = json.loads((build / "compile_commands.json").read_text())
    by_file = {unit["file"]: unit for unit in units}
    return [
        unit
        for file, unit in sorted(by_file.items())
        if any(Path(file).is_relative_to(folder) for folder in LIBRARY)
    ]


def tidy(build, file):
    command = ["clang-tidy", "--quiet", f"-p={build}", "--extra-arg=-Wno-unknown-warning-option", file]
    return subprocess.run(command, capture_output=True, text=True)


def main():
    build = Path(sys.argv[1]).resolve()
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    cache = Cache(home / "decree" / "clang-tidy", build)
    units = units_of(build)
    stale = {unit["file"]: stamp for unit in units if not (stamp := cache.stamp(unit)).exists()}
    print(f"{len(stale)} of {len(units)} files to look at", flush=True)

    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(tidy, build, file): file for file in stale}
        for done, future in enumerate(as_completed(running), start=1):
            file, result = running[future], future.result()
            print(f"[{done}/{len(stale)}] {Path(file).relative_to(ROOT)}", flush=True)
            if result.returncode == 0:
                stale[file].touch()
            else:
                failed += 1
                print(result.stdout + result.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
