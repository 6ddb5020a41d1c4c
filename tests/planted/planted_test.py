#!/usr/bin/env python3
"""Hunts bugs in a small project whose simulator is a script, and looks at what is said of them."""

import contextlib
import difflib
import io
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import bugs
import planted
import simulator
from simulator import Kind

# The library and its simulator in one: FAILS_AT is the seed that fails, HOW what happens then.
SIMULATOR = '''#!/usr/bin/env python3
import os, signal, sys
FAILS_AT = 0
HOW = "fails"
arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
last = int(arguments["--from"]) + int(arguments["--seeds"]) - 1
if HOW == "hangs":
    signal.pause()
if HOW == "aborts":
    print("paxos/core.cc:1: broken invariant", flush=True)
    os.abort()
if 0 < FAILS_AT <= last:
    print("2 replicas")
    print(f"seed {FAILS_AT} failed: slot 3 | is lost")
    sys.exit(1)
print("clean")
'''
CMAKE = '''cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES NONE)
set(program ${CMAKE_BINARY_DIR}/bin/decree-sim)
add_custom_command(OUTPUT ${program} DEPENDS paxos/library.py
  COMMAND python3 -m py_compile ${CMAKE_SOURCE_DIR}/paxos/library.py
  COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_SOURCE_DIR}/paxos/library.py ${program})
add_custom_target(decree-sim DEPENDS ${program})
'''
PRESETS = '''{"version": 6, "configurePresets": [
  {"name": "release", "generator": "Ninja", "binaryDir": "${sourceDir}/build/release"}]}
'''


def patch_text(old, new, seeds=20, before=SIMULATOR):
    after = before.replace(old, new)
    diff = difflib.unified_diff(before.splitlines(True), after.splitlines(True),
                                "a/paxos/library.py", "b/paxos/library.py")
    return f"Bug: Slot 3 is lost.\nClass: lost | slot\nSeeds: {seeds}\n\n" + "".join(diff)


class Project:
    """A project in a directory of its own; `patches` by name."""

    def __init__(self, root, patches, library=SIMULATOR):
        self.root = root
        self.write("CMakeLists.txt", CMAKE)
        self.write("CMakePresets.json", PRESETS)
        self.write(".gitignore", "/build/\n__pycache__/\n")
        self.write("paxos/library.py", library).chmod(0o755)
        for name, text in patches.items():
            self.write(f"tests/planted/{name}.patch", text)
        subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)

    def write(self, file, text):
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *arguments):
        """The exit status, and what was printed."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                status = planted.main(["--project", str(self.root), "--jobs", "1", *arguments])
            except SystemExit as ended:
                status = ended.code
        return status, printed.getvalue()


class WithProject(unittest.TestCase):
    def project(self, patches, **more):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        return Project(Path(directory.name).resolve(), patches, **more)


class Hunting(WithProject):
    def test_a_bug_is_found_at_its_seed(self):
        project = self.project({"lost-slot": patch_text("FAILS_AT = 0", "FAILS_AT = 7")})
        status, printed = project.run("--report", str(project.root / "report.md"))
        self.assertEqual(status, 0, printed)
        self.assertIn("seed 7: slot 3 | is lost\n", printed)
        self.assertTrue(printed.endswith("\n1 found, 0 missed, 0 did not apply\n"), printed)
        row = "| `lost-slot` | Slot 3 is lost. | lost \\| slot | 7 | slot 3 \\| is lost |\n"
        self.assertIn(row, (project.root / "report.md").read_text())

    def test_a_diff_may_have_the_lines_that_git_adds(self):
        names = "diff --git a/paxos/library.py b/paxos/library.py\n--- a/"
        project = self.project(
            {"a": patch_text("FAILS_AT = 0", "FAILS_AT = 7").replace("--- a/", names)})
        status, printed = project.run()
        self.assertEqual(status, 0, printed)

    def test_a_bug_behind_its_bound_is_missed(self):
        project = self.project({"rare": patch_text("FAILS_AT = 0", "FAILS_AT = 21")})
        status, printed = project.run()
        self.assertEqual(status, 1)
        self.assertIn("MISSED: 20 seeds were clean", printed)
        self.assertTrue(printed.endswith("\n0 found, 1 missed, 0 did not apply\n"), printed)

    def test_a_patch_that_does_not_apply_is_named_and_the_others_are_tried(self):
        project = self.project({
            "stale": patch_text("gone", "x", before=SIMULATOR.replace("clean", "gone")),
            "sound": patch_text("FAILS_AT = 0", "FAILS_AT = 2")})
        status, printed = project.run()
        self.assertEqual(status, 1)
        self.assertIn("== 2 of 2: stale\n   DID NOT APPLY\n", printed)
        self.assertTrue(printed.endswith("\n1 found, 0 missed, 1 did not apply\n"), printed)

    def test_bugs_do_not_stay(self):
        project = self.project({
            "a": patch_text("FAILS_AT = 0", "FAILS_AT = 5"),
            "b": patch_text('HOW = "fails"', 'HOW = "still fails"')})
        _, printed = project.run()
        self.assertTrue(printed.endswith("\n1 found, 1 missed, 0 did not apply\n"), printed)

    def test_what_an_interrupted_run_left_is_undone(self):
        project = self.project({"a": patch_text("FAILS_AT = 0", "FAILS_AT = 5")})
        self.assertEqual(project.run()[0], 0)
        tree = project.root / "build/planted/tree"
        left = SIMULATOR.replace("FAILS_AT = 0", "FAILS_AT = 1")
        tree.joinpath("paxos/library.py").write_text(left)
        tree.joinpath("paxos/extra.py").write_text("")
        status, printed = project.run()
        self.assertEqual(status, 0, printed)
        self.assertFalse(tree.joinpath("paxos/extra.py").exists())

    def test_the_project_itself_is_not_touched(self):
        project = self.project({"a": patch_text("FAILS_AT = 0", "FAILS_AT = 5")})
        project.run()
        self.assertEqual(project.root.joinpath("paxos/library.py").read_text(), SIMULATOR)

    def test_nothing_is_hunted_while_the_project_is_not_clean(self):
        project = self.project({"a": patch_text("signal, sys\n", "math, signal, sys\n")},
                               library=SIMULATOR.replace("FAILS_AT = 0", "FAILS_AT = 300"))
        status, printed = project.run()
        self.assertEqual(status, 1)
        self.assertIn("not clean: seed 300 failed: slot 3 | is lost", printed)
        self.assertNotIn("1 of 1", printed)

    def test_an_abort_is_not_taken_for_a_finding(self):
        project = self.project({"a": patch_text('HOW = "fails"', 'HOW = "aborts"')})
        status, printed = project.run()
        self.assertEqual(status, 1)
        self.assertIn("MISSED: ended by signal 6: paxos/core.cc:1: broken invariant", printed)

    def test_a_run_that_does_not_end_is_ended(self):
        project = self.project({"a": patch_text('HOW = "fails"', 'HOW = "hangs"')})
        begin = time.monotonic()
        _, printed = project.run("--time-limit", "1")
        self.assertIn("MISSED: still running after 1 s", printed)
        self.assertLess(time.monotonic() - begin, 300)

    def test_a_patch_that_does_not_build_is_missed(self):
        project = self.project({"a": patch_text("FAILS_AT = 0", "FAILS_AT = = 5"),
                                "b": patch_text("FAILS_AT = 0", "FAILS_AT = 6")})
        status, printed = project.run()
        self.assertEqual(status, 1)
        self.assertIn("MISSED: does not build, see ", printed)
        self.assertTrue(printed.endswith("\n1 found, 1 missed, 0 did not apply\n"), printed)

    def test_nothing_is_hunted_in_a_project_that_does_not_build(self):
        project = self.project({"a": patch_text("signal, sys\n", "math, signal, sys\n")},
                               library=SIMULATOR.replace("FAILS_AT = 0", "FAILS_AT = = 0"))
        status, printed = project.run()
        self.assertEqual(status, 1)
        self.assertIn("the project does not build, see ", printed)
        self.assertNotIn("1 of 1", printed)

    def test_only_named_bugs_are_hunted(self):
        project = self.project({"a": patch_text("FAILS_AT = 0", "FAILS_AT = 5"),
                                "b": patch_text("FAILS_AT = 0", "FAILS_AT = 6")})
        _, printed = project.run("b")
        self.assertTrue(printed.endswith("\n1 found, 0 missed, 0 did not apply\n"), printed)
        self.assertIn("seed 6", printed)
        self.assertEqual(project.run("c")[0], 2)


class Checking(WithProject):
    def test_says_whether_patches_apply(self):
        good = patch_text("FAILS_AT = 0", "FAILS_AT = 5")
        self.assertEqual(self.project({"a": good}).run("--check"),
                         (0, "1 patches, 0 do not apply\n"))
        stale = good.replace("import os", "import so")
        self.assertEqual(self.project({"a": stale}).run("--check"),
                         (1, "a does not apply\n1 patches, 1 do not apply\n"))

    def test_no_patches_at_all_is_no_success(self):
        self.assertEqual(self.project({}).run("--check")[0], 1)


class Reading(unittest.TestCase):
    GOOD = patch_text("FAILS_AT = 0", "FAILS_AT = 5")

    def read(self, text):
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, "a-bug.patch")
            path.write_text(text)
            return bugs.read_bug(path)

    def test_a_header(self):
        bug = self.read(self.GOOD)
        self.assertEqual((bug.name, bug.sentence, bug.kind, bug.seeds),
                         ("a-bug", "Slot 3 is lost.", "lost | slot", 20))

    def test_refuses_what_is_no_bug(self):
        for change in [("Bug:", "Bogus:"), ("Class: lost | slot\n", ""),
                       ("Bug: Slot 3 is lost.", "Bug:"), ("Seeds: 20", "Seeds: 20\nSeeds: 30"),
                       ("Seeds: 20", "Seeds: 0"), ("Seeds: 20", "Seeds: many"),
                       ("paxos/library.py", "tests/library.py"), ("+++", "")]:
            with self.subTest(change=change), self.assertRaises(bugs.BadPatch):
                self.read(self.GOOD.replace(*change))


class Judging(unittest.TestCase):
    def test_the_first_failure_counts(self):
        said = "building\nseed 12 failed: two leases  \nseed 9 failed: more\n"
        outcome = simulator.judge(1, said)
        self.assertEqual(outcome, (Kind.FAILED, 12, "two leases"))

    def test_an_assertion_speaks_for_itself(self):
        said = ("paxos/core.cc:7: broken invariant: a promise never falls (a < b)\n"
                "seed 3 failed: a process died\n")
        self.assertEqual(simulator.judge(1, said).what,
                         "broken invariant: a promise never falls (a < b)")

    def test_only_a_line_that_begins_so(self):
        self.assertIs(simulator.judge(1, "the seed 12 failed: no\n").kind, Kind.BROKEN)
        self.assertIs(simulator.judge(1, "").kind, Kind.BROKEN)

    def test_the_exit_status_decides(self):
        self.assertIs(simulator.judge(0, "").kind, Kind.CLEAN)
        self.assertEqual(simulator.judge(2, "usage\n").what, "exit status 2: usage")
        self.assertEqual(simulator.judge(-11, "").what, "ended by signal 11: it said nothing")
        self.assertIs(simulator.judge(-6, "seed 1 failed: by whom?\n").kind, Kind.BROKEN)


if __name__ == "__main__":
    sys.exit(unittest.main())
