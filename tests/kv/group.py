"""Groups of decree-kv processes for the tests: free ports, directories on the real disk."""

import contextlib
import ctypes
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import redis

from ports import free_ports

DEADLINE_S = 20
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """So that no process outlives a test that is killed for taking too long."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_until(condition, what, deadline_s=None):
    """Returns the first true value of condition(), which waits for an answer each time."""
    deadline_s = deadline_s or DEADLINE_S
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
    raise AssertionError(f"after {deadline_s} s still not: {what}")


def program():
    return os.environ["DECREE_KV"]


def wal_tool(*arguments):
    """decree-wal on these, its output as text."""
    tool = os.path.join(os.path.dirname(program()), "decree-wal")
    return subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)


class Replica:
    """One process, and a client to it."""

    def __init__(self, replica_id, members, directory, options):
        self.id = replica_id
        self.log_path = f"{directory}/{replica_id}.log"
        with open(self.log_path, "ab") as log:
            self.process = self._start(log, replica_id, members, directory, options)
        try:
            self.port = int(self._ready_line().rsplit(":", 1)[1])
        except BaseException:
            self.kill()
            raise
        self.client = self.connect()

    @staticmethod
    def _start(log, replica_id, members, directory, options):
        return subprocess.Popen(
            [program(), "--id", str(replica_id), "--members", members, "--listen", "127.0.0.1:0",
             # A machine that is busy with other tests makes nobody suspect a leader.
             "--suspect-ms", "400",
             "--directory", f"{directory}/{replica_id}", *options],
            stdout=subprocess.PIPE, stderr=log, preexec_fn=die_with_parent)

    def _ready_line(self):
        """The one line that the program prints to its output, once it serves."""
        output = self.process.stdout
        end = time.monotonic() + DEADLINE_S
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([output], [], [], max(0, end - time.monotonic()))
            part = os.read(output.fileno(), 4096) if ready else b""
            if not part:
                why = "ended" if ready else f"serves nobody after {DEADLINE_S} s"
                with open(self.log_path, encoding="utf-8", errors="replace") as log:
                    raise AssertionError(f"replica {self.id} {why}: {line}, {log.read()}")
            line += part
        return line.decode().strip()

    def connect(self, **options):
        return redis.Redis(port=self.port, socket_timeout=DEADLINE_S, **options)

    def socket(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_S)

    def info(self):
        return self.client.info()

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def terminate(self):
        """In order; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE_S)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Group:
    """Replicas that elect a leader. `options` has one list a replica; `make_directory` is called with
    the path and the id of each replica before it starts."""

    def __init__(self, size, options=None, directory=None,
                 make_directory=lambda path, replica_id: None):
        self.directory = directory or tempfile.mkdtemp(prefix="decree-kv-", dir="/var/tmp")
        self.members = ",".join(
            f"{i + 1}=127.0.0.1:{port}" for i, port in enumerate(free_ports(size)))
        self.options = options or [[] for _ in range(size)]
        self.replicas = []
        try:
            for i in range(size):
                make_directory(f"{self.directory}/{i + 1}", i + 1)
                self.start(i + 1)
            self.leader()
        except BaseException:
            self.close()
            raise

    def start(self, replica_id):
        replica = Replica(replica_id, self.members, self.directory, self.options[replica_id - 1])
        self.replicas.append(replica)
        return replica

    def leader(self):
        """The replica that leads and takes writes."""

        def find():
            for replica in self.replicas:
                with contextlib.suppress(redis.RedisError):
                    replica.client.delete("no such key")  # waits until somebody leads
                    if replica.info()["role"] == "leader":
                        return replica
            return None

        return wait_until(find, "a leader")

    def follower(self):
        leader = self.leader()
        return next(replica for replica in self.replicas if replica is not leader)

    def remove(self, replica):
        replica.kill()
        self.replicas.remove(replica)

    def wait_for_agreement(self):
        """Waits until all have applied the same and returns their one state hash."""

        def agreed():
            try:
                for replica in self.replicas:
                    replica.client.dbsize()  # waits until it has applied what was acknowledged
            except redis.ResponseError:
                return None  # it knows of no leader yet
            infos = [replica.info() for replica in self.replicas]
            applied = {info["applied"] for info in infos}
            if len(applied) != 1:
                return None
            digests = {info["applied_digest"] for info in infos}
            hashes = {str(info["state_hash"]) for info in infos}
            assert len(digests) == 1, f"commands differ: {digests}"
            assert len(hashes) == 1, f"states differ: {hashes}"
            return hashes.pop()

        return wait_until(agreed, "all replicas at one slot")

    def close(self):
        for replica in self.replicas:
            replica.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


class GroupTest(unittest.TestCase):
    """One group for all tests of a class; each begins with an empty store."""

    size = 1
    options = None

    @classmethod
    def setUpClass(cls):
        cls.group = Group(cls.size, cls.options)
        cls.addClassCleanup(cls.group.close)

    def setUp(self):
        self.leader = self.group.leader()
        self.client = self.leader.client
        self.client.flushall()


def main():
    os.environ["DECREE_KV"] = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
