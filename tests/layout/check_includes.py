#!/usr/bin/env python3
"""Checks from the #include lines that each folder uses only what it may.

usage: check_includes.py [PROJECT_ROOT]
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple

# Headers of the standard library and the system. A name that ends in a slash stands for all below it.
VALUES = set("""
    algorithm any array bit bitset cassert cctype cerrno charconv climits cmath compare concepts
    cstddef cstdint cstdlib cstring deque exception functional initializer_list iterator limits list
    map memory memory_resource new numbers numeric optional queue ranges ratio set source_location
    span stack stdexcept string string_view system_error tuple type_traits typeinfo unordered_map
    unordered_set utility variant vector version
""".split())
TIME = {"chrono", "ctime", "time.h", "sys/time.h", "sys/timerfd.h"}
THREADS = set("""
    atomic barrier condition_variable coroutine future latch mutex semaphore shared_mutex stop_token
    thread poll.h pthread.h sched.h sys/eventfd.h sys/resource.h
""".split())
STREAMS = set("""
    cinttypes cstdio format iomanip iostream istream locale ostream sstream streambuf
""".split())
RANDOM = {"random", "sys/random.h"}
DISK = set("""
    filesystem fstream dirent.h fcntl.h linux/fs.h linux/magic.h sys/file.h sys/ioctl.h sys/mman.h
    sys/stat.h sys/statvfs.h sys/types.h sys/uio.h sys/vfs.h unistd.h
""".split())
NETWORK = {"arpa/", "net/", "netdb.h", "netinet/", "sys/socket.h", "sys/types.h", "sys/uio.h",
           "unistd.h"}

BOOST = {"boost/"}
LOGGING = {"fmt/", "spdlog/"}
ANYTHING = {"*"}

# Headers of the project. Each folder may also include its own.
API = {"decree/"}
TYPES = {"decree/types.h"}
PAXOS_VALUES = TYPES | {"paxos/assert.h", "paxos/buffer.h", "paxos/message.h", "paxos/record.h",
                        "paxos/ring.h", "paxos/voters.h"}
ENGINE = {"paxos/", "leases/", "proactor/", "wal/", "transport/"}


class MayInclude(NamedTuple):
    project: set
    others: set


TABLE = {
    "include/decree/types.h": MayInclude(set(), VALUES),  # all that the protocol needs of the API
    "include/decree": MayInclude(API, VALUES | BOOST),
    "paxos": MayInclude(TYPES, VALUES),
    "leases": MayInclude(PAXOS_VALUES, VALUES),
    "proactor": MayInclude({"paxos/assert.h"}, VALUES | TIME | THREADS | NETWORK | BOOST
                           | {"liburing.h", "sys/epoll.h", "sys/syscall.h"}),
    "wal": MayInclude(PAXOS_VALUES | {"proactor/"}, VALUES | TIME | THREADS | STREAMS | RANDOM | DISK
                      | {"liburing.h", "sys/syscall.h", "xxhash.h"}),
    "transport": MayInclude(PAXOS_VALUES | {"proactor/"}, VALUES | TIME | THREADS | STREAMS | RANDOM | NETWORK | BOOST
                            | {"flatbuffers/", "xxhash.h"}),
    "replica": MayInclude(API | ENGINE, VALUES | TIME | THREADS | STREAMS | RANDOM | DISK | NETWORK
                          | BOOST | LOGGING | {"xxhash.h"}),
    # Programs for operators: they read what a replica wrote, and decide nothing.
    "tools": MayInclude(API | ENGINE | {"replica/"}, VALUES | TIME | THREADS | STREAMS | DISK
                        | {"CLI/CLI.hpp", "csignal", "fmt/format.h"}),
    # Virtual time, simulated disks and networks: none of the real ones.
    "sim": MayInclude(API | ENGINE | {"replica/"}, VALUES | STREAMS | BOOST | LOGGING | {"xxhash.h"}),
    "examples": MayInclude(API, ANYTHING),
    "bench": MayInclude(API, ANYTHING),
    "tests": MayInclude(ANYTHING, ANYTHING),
}

# Single files that may include more than their folder, each with its reason.
EXCEPTIONS = {
    "include/decree/leadership.h": {"stop_token"},  # what a program's threads watch
    "leases/boot_clock.cc": {"ctime"},  # the one place that reads a clock
    "leases/lease.h": {"atomic"},  # the lease's expiry, which any thread may load
    "sim/command_line.cc": {"CLI/CLI.hpp"},  # a program's main function
    "sim/elections/main.cc": {"CLI/CLI.hpp"},  # likewise
    "sim/campaign.cc": {"chrono", "poll.h"},  # spreads runs over processes, and times them
    "sim/worker.cc": {"csignal", "poll.h", "sys/wait.h", "unistd.h"},  # one such process
    "paxos/assert.h": {"cstdio"},  # says what is broken before it aborts
}

PROJECT_PREFIXES = API | {folder + "/" for folder in TABLE}
INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')
SOURCE_SUFFIXES = {".h", ".cc", ".hpp", ".cpp"}


def is_any_of(header, names):
    return names is ANYTHING or any(
        header == name or (name.endswith("/") and header.startswith(name)) for name in names)


def is_allowed(folder, file, header, quoted):
    if header in EXCEPTIONS.get(file, ()):
        return True
    if quoted or is_any_of(header, PROJECT_PREFIXES):
        own = "decree/" if folder == "include/decree" else folder + "/"
        return header.startswith(own) or is_any_of(header, TABLE[folder].project)
    return is_any_of(header, TABLE[folder].others)


def folder_of(file):
    return next((f for f in TABLE if file == f or file.startswith(f + "/")), None)


def violations_in(root, file):
    folder = folder_of(file)
    if folder is None:
        yield f"{file}:1: lies in no folder of the dependency table"
        return
    for number, line in enumerate((root / file).read_text(encoding="utf-8").splitlines(), start=1):
        include = INCLUDE.match(line)
        if include and not is_allowed(folder, file, include[2], quoted=include[1] == '"'):
            yield f"{file}:{number}: includes {include[2]}, which {folder} must not"


def source_files(root):
    for path in sorted(root.rglob("*")):
        file = path.relative_to(root).as_posix()
        if path.suffix in SOURCE_SUFFIXES and not file.startswith((".", "build")):
            yield file


def check(root):
    """Returns the files that were read, and a line for each violation."""
    files = list(source_files(root))
    return files, [line for file in files for line in violations_in(root, file)]


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    files, violations = check(root)
    for line in violations:
        print(line)
    print(f"{len(files)} files, {len(violations)} includes against the dependency table")
    return 1 if violations or not files else 0


if __name__ == "__main__":
    sys.exit(main())
