"""Disks that fail: a file system of our own, and ext4 on a file in a small memory disk."""

import contextlib
import ctypes
import errno
import os
import shutil
import subprocess
import tempfile
import unittest

import seccomp

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS = 0x00020000


def need_mounts(device):
    """For setUpModule. What is mounted is seen by this process and those it starts, and goes with
    them, however they end."""
    if not os.path.exists(device):
        raise unittest.SkipTest(f"there is no {device}")
    if LIBC.unshare(CLONE_NEWNS) != 0:
        raise unittest.SkipTest(f"nothing can be mounted: {os.strerror(ctypes.get_errno())}")
    run("mount", "--make-rprivate", "/")


def refuse_io_uring():
    """To this process and those that it starts, for good."""
    refusal = seccomp.SyscallFilter(seccomp.ALLOW)
    refusal.add_rule(seccomp.ERRNO(errno.EPERM), "io_uring_setup")
    refusal.load()


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


def empty_directory():
    return tempfile.mkdtemp(prefix="decree-disk-", dir="/var/tmp")


def fill(directory):
    """Takes all room that is left there; the answer gives it back."""
    balloon = f"{directory}/balloon"
    with open(balloon, "wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
    return lambda: os.remove(balloon)


class FaultyFs:
    """tests/disk/faulty_fs at an empty directory; `options` are its own."""

    def __init__(self, *options):
        self.directory = empty_directory()
        self.mirrored = empty_directory()
        self.process = subprocess.Popen(
            [os.environ["FAULTY_FS"], self.mirrored, self.directory, *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._expect("ready")

    def inject(self, kind, pattern, times=0, blocks=0):
        self._tell(f"{kind} {pattern} {times} {blocks}")
        self._expect("ok")

    def heal(self):
        self.inject("none", "*")

    def hits(self):
        self._tell("hits")
        return int(self.process.stdout.readline())

    def _tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _expect(self, answer):
        line = self.process.stdout.readline().strip()
        assert line == answer, f"faulty_fs says {line!r}, not {answer!r}"

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        for directory in (self.directory, self.mirrored):
            shutil.rmtree(directory)


class LoopDisk:
    """ext4 at a directory, on a file that its memory disk has no room for, should it be needed."""

    def __init__(self, directory, megabytes):
        self.directory = directory
        self.frozen = False
        self.memory = empty_directory()
        self.image = f"{self.memory}/image"
        run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "decree-disk", self.memory)
        with open(self.image, "wb") as image:
            image.truncate(megabytes << 20)
        run("mkfs.ext4", "-q", "-m", "0", "-b", "4096", "-O", "^has_journal", self.image)
        run("mount", "-o", "loop", self.image, directory)
        os.rmdir(f"{directory}/lost+found")

    def freeze(self):
        self.frozen = True
        run("fsfreeze", "--freeze", self.directory)

    def thaw(self):
        if self.frozen:
            run("fsfreeze", "--unfreeze", self.directory)
        self.frozen = False

    def take_backing_away(self):
        """From here on no block can be written that was all zeros, as those of new segments are."""
        run("fallocate", "--dig-holes", self.image)
        self._give_back = fill(self.memory)

    def give_backing_back(self):
        self._give_back()

    def close(self):
        for directory in (self.directory, self.memory):
            run("umount", "--lazy", directory)  # rings of killed processes linger
        os.rmdir(self.memory)
