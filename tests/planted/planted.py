#!/usr/bin/env python3
"""Plants one bug after the other in a copy of the project: the simulator must find each of them.

The bugs are the patches beside this file; docs/planted-bugs.md says how to add one. Ends with
"N found, M missed, K did not apply" and exit status 0 if all were found.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import NamedTuple

from bugs import BadPatch, Bug, read_bugs
from simulator import Kind, Outcome, simulate
from tree import Tree

PROJECT = Path(__file__).resolve().parents[2]


class Found(NamedTuple):
    """What became of a bug; no outcome: its patch did not apply."""
    bug: Bug
    outcome: Outcome = None

    @property
    def verdict(self):
        if self.outcome is None:
            return "did not apply"
        return "found" if self.outcome.kind is Kind.FAILED else "missed"

    @property
    def seeds(self):
        return str(self.outcome.seeds) if self.verdict == "found" else ""

    @property
    def seen_by(self):
        if self.verdict == "found":
            return self.outcome.what
        if self.outcome is None:
            return "DID NOT APPLY"
        return "MISSED: " + (self.outcome.what or f"{self.bug.seeds} seeds were clean")


class Hunt:
    def __init__(self, project, arguments):
        self.arguments = arguments
        place = project / "build" / "planted"
        self.tree = Tree(project, place / "tree")
        self.logs = place / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)

    def without_bugs(self):
        """None if the project as it is passes, else what is wrong."""
        self.tree.update()
        if not self.tree.build(self.arguments.jobs, self.logs / "unpatched.build"):
            return f"the project does not build, see {self.logs / 'unpatched.build'}"
        outcome = self._simulate("unpatched", self.arguments.clean_seeds)
        if outcome.kind is Kind.CLEAN:
            return None
        seed = f"seed {outcome.seed} failed: " if outcome.kind is Kind.FAILED else ""
        return f"without any bug the simulator is not clean: {seed}{outcome.what}"

    def hunt(self, bug):
        if not self.tree.applies(bug.path):
            return Found(bug)
        self.tree.apply(bug.path)
        try:
            return Found(bug, self._look_for(bug))
        finally:
            self.tree.revert(bug.path)

    def _look_for(self, bug):
        log = self.logs / f"{bug.name}.build"
        if not self.tree.build(self.arguments.jobs, log):
            return Outcome(Kind.BROKEN, what=f"does not build, see {log}")
        return self._simulate(bug.name, bug.seeds)

    def _simulate(self, name, seeds):
        return simulate(self.tree.program, seeds, self.arguments.jobs, self.arguments.time_limit,
                        self.logs / f"{name}.run")


def say(text):
    print(text, flush=True)


def hunt_all(hunt, bugs):
    found = []
    for number, bug in enumerate(bugs, start=1):
        say(f"== {number} of {len(bugs)}: {bug.name}")
        found.append(hunt.hunt(bug))
        each = found[-1]
        say(f"   seed {each.outcome.seed}: {each.seen_by}" if each.verdict == "found"
            else f"   {each.seen_by}")
    return found


def print_table(found):
    rows = [("bug", "class", "seeds", "what saw it")]
    rows += [(each.bug.name, each.bug.kind, each.seeds, each.seen_by) for each in found]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    say("")
    for name, kind, seeds, seen_by in rows:
        say(f"{name:<{widths[0]}}  {kind:<{widths[1]}}  {seeds:>{widths[2]}}  {seen_by}")


def markdown(found):
    def cell(text):
        return text.replace("|", "\\|")

    lines = ["| bug | what is wrong | class | seeds | what saw it |",
             "| --- | --- | --- | ---: | --- |"]
    for each in found:
        cells = (f"`{each.bug.name}`", each.bug.sentence, each.bug.kind, each.seeds, each.seen_by)
        lines.append("| " + " | ".join(map(cell, cells)) + " |")
    return "\n".join(lines) + "\n"


def conclude(found):
    """Prints the last line; the exit status."""
    count = {verdict: sum(each.verdict == verdict for each in found)
             for verdict in ("found", "missed", "did not apply")}
    say(f"\n{count['found']} found, {count['missed']} missed, "
        f"{count['did not apply']} did not apply")
    return 0 if count["found"] == len(found) else 1


def check(project, bugs):
    """Only looks whether the patches still fit."""
    misfits = [bug.name for bug in bugs if not Tree(project, project).applies(bug.path)]
    for name in misfits:
        say(f"{name} does not apply")
    say(f"{len(bugs)} patches, {len(misfits)} do not apply")
    return 1 if misfits or not bugs else 0


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def parse(argv):
    parser = argparse.ArgumentParser(prog="./dev planted", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of bugs; all if there is none")
    parser.add_argument("--jobs", type=positive, default=os.cpu_count(), metavar="J")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the table as Markdown")
    parser.add_argument("--check", action="store_true", help="only see whether the patches apply")
    parser.add_argument("--clean-seeds", type=positive, default=300, metavar="N",
                        help="seeds that must be clean without any bug")
    parser.add_argument("--time-limit", type=positive, default=3600, metavar="SECONDS",
                        help="for one run of the simulator")
    parser.add_argument("--project", type=Path, default=PROJECT, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    try:
        bugs = read_bugs(arguments.project / "tests" / "planted")
    except BadPatch as bad:
        parser.error(str(bad))
    unknown = [name for name in arguments.names if name not in bugs]
    if unknown:
        parser.error(f"there is no tests/planted/{unknown[0]}.patch")
    return arguments, [bugs[name] for name in arguments.names or bugs]


def main(argv):
    arguments, bugs = parse(argv)
    if arguments.check:
        return check(arguments.project, bugs)
    hunt = Hunt(arguments.project, arguments)
    say(f"== without a bug: building, then {arguments.clean_seeds} seeds that must be clean")
    problem = hunt.without_bugs()
    if problem:
        say(problem)
        return 1
    found = hunt_all(hunt, bugs)
    print_table(found)
    if arguments.report:
        arguments.report.write_text(markdown(found), encoding="utf-8")
    return conclude(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
