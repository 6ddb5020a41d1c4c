"""A copy of the project in which bugs are planted, with a build of its own."""

import os
import shutil
import subprocess

PRESET = "release"
TARGET = "decree-sim"


class Tree:
    """Files keep their time as long as their text stays, so that a build compiles what changed."""

    def __init__(self, project, directory):
        self.project = project
        self.directory = directory
        self.environment = {
            **os.environ,
            "CCACHE_BASEDIR": str(directory),  # another copy finds what this one compiled
            "CCACHE_NOHASHDIR": "1",
            # A patch is applied to the copy and not to the project that it lies in.
            "GIT_CEILING_DIRECTORIES": str(directory.parent),
        }

    @property
    def program(self):
        return self.directory / "build" / PRESET / "bin" / TARGET

    def update(self):
        """Makes the copy equal to the working tree, whatever an earlier run left in it."""
        wanted = set(project_files(self.project))
        for file in wanted:
            copy_if_different(self.project / file, self.directory / file)
        for path in sorted(self.directory.rglob("*")):
            file = path.relative_to(self.directory).as_posix()
            if path.is_file() and not file.startswith("build/") and file not in wanted:
                path.unlink()

    def applies(self, patch):
        return self._git_apply("--check", patch).returncode == 0

    def apply(self, patch):
        self._git_apply(patch).check_returncode()

    def revert(self, patch):
        self._git_apply("--reverse", patch).check_returncode()

    def build(self, jobs, log):
        """True if the simulator was built; what was said is in the file `log`."""
        configure = ["cmake", "--preset", PRESET]
        build = ["cmake", "--build", f"build/{PRESET}", "--parallel", str(jobs), "--target", TARGET]
        with log.open("w", encoding="utf-8") as output:
            # Ninja configures again by itself when it must.
            configured = (self.directory / "build" / PRESET / "build.ninja").exists()
            commands = [build] if configured else [configure, build]
            return all(self._run(command, output) == 0 for command in commands)

    def _run(self, command, output):
        return subprocess.run(command, cwd=self.directory, env=self.environment, stdout=output,
                              stderr=subprocess.STDOUT, check=False).returncode

    def _git_apply(self, *arguments):
        command = ["git", "apply", *map(str, arguments)]
        return subprocess.run(command, cwd=self.directory, env=self.environment,
                              capture_output=True, text=True, check=False)


def project_files(project):
    """Tracked or about to be: everything that is not ignored and not deleted."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard",
               "--deduplicate"]
    listed = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    return [file for file in listed.stdout.split("\0") if file and (project / file).is_file()]


def copy_if_different(source, target):
    if target.exists() and source.read_bytes() == target.read_bytes():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    shutil.copymode(source, target)
