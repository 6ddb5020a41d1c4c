"""A planted bug: a patch file that begins with what it is.

    Bug: one sentence
    Class: what it is called where it happened
    Seeds: within how many seeds it must be found

and then a unified diff of the library's code.
"""

from pathlib import Path
from typing import NamedTuple

KEYS = ("Bug", "Class", "Seeds")
FOLDERS = ("paxos/", "leases/", "wal/", "replica/")  # the library's code that a simulation runs


class Bug(NamedTuple):
    name: str
    path: Path
    sentence: str
    kind: str  # its class
    seeds: int


class BadPatch(Exception):
    pass


def read_bugs(directory):
    """All bugs of a directory, by name."""
    return {path.stem: read_bug(path) for path in sorted(directory.glob("*.patch"))}


def read_bug(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    begins = (i for i, line in enumerate(lines) if line.startswith(("diff ", "--- ")))
    start = next(begins, len(lines))
    header = read_header(path, lines[:start])
    check_diff(path, lines[start:])
    if not header["Seeds"].isdecimal() or int(header["Seeds"]) == 0:
        raise BadPatch(f"{path.name}: \"Seeds: {header['Seeds']}\" is not a number above 0")
    return Bug(path.stem, path, header["Bug"], header["Class"], int(header["Seeds"]))


def read_header(path, lines):
    header = {}
    for line in filter(None, lines):
        key, colon, value = line.partition(": ")
        if not colon or key not in KEYS or key in header:
            raise BadPatch(f"{path.name}: before the diff stand {', '.join(KEYS)}, each once, "
                           f"and not \"{line}\"")
        header[key] = value.strip()
    missing = [key for key in KEYS if not header.get(key)]
    if missing:
        raise BadPatch(f"{path.name}: \"{missing[0]}: ...\" is missing before the diff")
    return header


def check_diff(path, lines):
    files = [line[len("+++ b/"):] for line in lines if line.startswith("+++ b/")]
    if not files:
        raise BadPatch(f"{path.name}: there is no diff")
    for file in files:
        if not file.startswith(FOLDERS):
            raise BadPatch(f"{path.name}: changes {file}, which is not in {', '.join(FOLDERS)}")
