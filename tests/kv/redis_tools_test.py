"""decree-kv under redis-cli and redis-benchmark."""

import re
import subprocess

import group


def run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class RedisTools:
    def cli(self, *arguments, text=None):
        return run("redis-cli", "-p", str(self.target().port), *arguments, text=text)

    def target(self):
        return self.leader

    def test_cli(self):
        self.assertEqual(self.cli("ping"), "PONG\n")
        self.assertEqual(self.cli("set", "k", "v", "nx"), "OK\n")
        self.assertEqual(self.cli("set", "k", "v", "nx"), "\n")
        self.assertEqual(self.cli("get", "k"), "v\n")
        self.assertEqual(self.cli("incr", "k"), "ERR value is not an integer or out of range\n\n")
        self.assertEqual(self.cli("--no-raw", "mget", "k", "none"), '1) "v"\n2) (nil)\n')
        self.assertIn("unknown command 'lpush'", self.cli("lpush", "k", "v"))

    def test_cli_reads_commands_from_a_pipe(self):
        commands = "".join(f"set key{i} {i}\n" for i in range(50)) + "dbsize\n"
        self.assertEqual(self.cli(text=commands), "OK\n" * 50 + "50\n")

    def test_cli_mass_insertion(self):
        requests = "".join(
            f"*3\r\n$3\r\nSET\r\n${len(str(i))}\r\n{i}\r\n$1\r\nv\r\n" for i in range(5000))
        self.assertIn("errors: 0, replies: 5000", self.cli("--pipe", text=requests))
        self.assertEqual(self.cli("dbsize"), "5000\n")

    def test_cli_scan(self):
        self.client.mset({f"key{i}": "" for i in range(300)})
        keys = self.cli("--scan", "--pattern", "key*").split()
        self.assertEqual(sorted(keys), sorted(f"key{i}" for i in range(300)))

    def test_info(self):
        text = self.cli("info")
        for field in ("redis_version", "role", "leader", "ballot", "applied", "state_hash",
                      "lease_held", "connected_clients"):
            self.assertRegex(text, rf"(?m)^{field}:\S")

    def ballot(self):
        return re.search(r"(?m)^ballot:(\S+)", self.cli("info"))[1]

    def benchmark(self):
        """It ends at the first error. A starved machine may change the leader meanwhile, which
        leaves commands with an unknown outcome: then it runs once more."""
        for _ in range(5):
            before = self.ballot()
            try:
                return run("redis-benchmark", "-p", str(self.target().port), "-t",
                           "set,get,incr,mset", "-n", "20000", "-P", "16", "-r", "1000", "-q")
            except AssertionError as error:
                self.group.wait_for_agreement()
                if "UNKNOWNOUTCOME" not in str(error) or self.ballot() == before:
                    raise
        return self.fail("the leader changed in five runs in a row")

    def test_benchmark(self):
        text = self.benchmark()
        rates = re.findall(r"(\w+)[^:\r\n]*: ([\d.]+) requests per second", text)
        self.assertEqual([name for name, _ in rates], ["SET", "GET", "INCR", "MSET"])
        self.group.wait_for_agreement()


class OneReplica(RedisTools, group.GroupTest):
    size = 1


class ThreeReplicas(RedisTools, group.GroupTest):
    size = 3


class ThroughAFollower(RedisTools, group.GroupTest):
    size = 3

    def target(self):
        return self.group.follower()


if __name__ == "__main__":
    group.main()
