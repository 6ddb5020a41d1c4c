"""decree-kv under Python's redis package: values, pipelines, other replicas, restarts."""

import random
import threading

import redis

import group
from ports import free_ports


class Values:
    def target(self):
        return self.leader

    def setUp(self):
        super().setUp()
        self.redis = self.target().connect()
        self.addCleanup(self.redis.close)

    def test_large_values(self):
        value = random.Random(1).randbytes(1 << 20)
        self.assertTrue(self.redis.set("large", value))
        self.assertEqual(self.redis.get("large"), value)
        self.assertEqual(self.redis.getset("large", value[::-1]), value)
        self.assertEqual(self.redis.strlen("large"), 1 << 20)
        self.assertEqual(self.redis.mget("large", "none", "large"),
                         [value[::-1], None, value[::-1]])
        self.group.wait_for_agreement()

    def test_binary_keys(self):
        keys = [bytes([i]) + b"\r\n\0$5" for i in range(256)] + [b""]
        self.redis.mset({key: key[::-1] for key in keys})
        self.assertEqual(self.redis.mget(keys), [key[::-1] for key in keys])
        self.assertEqual(set(self.redis.keys()), set(keys))
        self.assertEqual(set(self.redis.scan_iter(count=7)), set(keys))

    def test_pipeline_of_1000_writes_is_in_order(self):
        pipeline = self.redis.pipeline(transaction=False)
        for _ in range(1000):
            pipeline.incr("n")
        self.assertEqual(pipeline.execute(), list(range(1, 1001)))

    def test_pipeline_of_1000_mixed_reads_see_the_writes_before_and_not_behind(self):
        pipeline = self.redis.pipeline(transaction=False)
        expected = []
        for i in range(250):
            pipeline.get("k")
            expected.append(str(i - 1).encode() if i else None)
            pipeline.set("k", i)
            expected.append(True)
            pipeline.mget("k", "none")
            expected.append([str(i).encode(), None])
            pipeline.strlen("k")
            expected.append(len(str(i)))
        self.assertEqual(pipeline.execute(), expected)

    def test_pipeline_with_errors_goes_on(self):
        pipeline = self.redis.pipeline(transaction=False)
        pipeline.set("a", "x").incr("a").get("a").execute_command("NOSUCH").ping()
        result = pipeline.execute(raise_on_error=False)
        self.assertEqual([result[0], result[2], result[4]], [True, b"x", True])
        self.assertEqual(str(result[1]), "value is not an integer or out of range")
        self.assertIn("unknown command 'NOSUCH'", str(result[3]))

    def test_pipeline_of_large_values(self):
        value = b"v" * (1 << 20)
        pipeline = self.redis.pipeline(transaction=False)
        for i in range(20):
            pipeline.set(f"k{i}", value).get(f"k{i}")
        for i in range(20):
            pipeline.get(f"k{i}")
        self.assertEqual(pipeline.execute(), [True, value] * 20 + [value] * 20)

    def test_many_clients_lose_no_increment(self):
        def work():
            client = self.target().connect()
            for _ in range(100):
                client.incr("n")
            client.close()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.redis.get("n"), b"800")

    def test_commands(self):
        self.assertGreater(self.redis.command_count(), 30)
        self.assertEqual(self.redis.command()["get"]["arity"], 2)
        self.assertEqual(self.redis.config_get("databases"), {"databases": "1"})
        self.redis.client_setname("me")
        self.assertEqual(self.redis.client_getname(), "me")


class OneReplica(Values, group.GroupTest):
    size = 1


class AtTheLeader(Values, group.GroupTest):
    size = 3


class AtAFollower(Values, group.GroupTest):
    size = 3

    def target(self):
        return self.group.follower()

    def test_each_replica_sees_what_another_wrote(self):
        for i in range(100):
            writer, reader = random.Random(i).sample(self.group.replicas, 2)
            writer.client.set("k", i)
            self.assertEqual(reader.client.get("k"), str(i).encode())

    def test_local_reads(self):
        follower = self.group.follower()
        client = follower.connect(single_connection_client=True)
        self.assertTrue(client.readonly())
        self.client.set("k", "v")
        group.wait_until(lambda: client.get("k") == b"v", "the write arrives")
        self.assertTrue(client.readwrite())
        self.assertEqual(client.get("k"), b"v")


class Restarts(group.GroupTest):
    size = 1

    def test_acknowledged_writes_survive_kill_and_orderly_end(self):
        for orderly in (False, True):
            self.client.mset({f"k{i}": i for i in range(100)})
            self.client.set("expiring", "v", ex=1000)
            before = self.group.wait_for_agreement()
            replica = self.group.replicas[0]
            if orderly:
                self.assertEqual(replica.terminate(), 0)
            self.group.remove(replica)
            self.group.start(1)
            self.client = self.group.leader().client
            self.assertEqual(self.client.get("k99"), b"99")
            self.assertIn(self.client.ttl("expiring"), range(900, 1001))
            if before != self.group.wait_for_agreement():
                self.assertTrue(self.client.persist("expiring"))

    def test_orderly_end_answers_what_is_under_way(self):
        client = self.leader.socket()
        self.addCleanup(client.close)
        client.sendall(b"*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n" * 500 + b"PING\r\n")
        first = client.recv(4)
        self.assertEqual(self.leader.terminate(), 0)
        data = first
        while chunk := client.recv(65536):
            data += chunk
        self.assertTrue(data.endswith(b"\r\n"))
        for number, line in enumerate(data.split(b"\r\n")[:-1]):
            self.assertIn(line, (b":%d" % (number + 1), b"+PONG"))
        self.group.remove(self.leader)
        self.group.start(1)


class WrongUse(group.unittest.TestCase):
    def run_program(self, *arguments):
        return group.subprocess.run([group.program(), *arguments], capture_output=True, text=True,
                                    timeout=20, check=False)

    def test_bad_options_are_named(self):
        good = ["--id", "1", "--members", "1=127.0.0.1:1", "--directory", "/var/tmp/none"]
        for bad, named in ((["--members", "1"], "--members"), (["--listen", "x"], "--listen"),
                           (["--heartbeat-ms", "-1"], "--heartbeat-ms"), (["--read", "x"], "--read"),
                           (["--nosuch"], "--nosuch"), (["--lease-ms", "nan"], "--lease-ms"),
                           (["--cluster", "0"], "cluster"), (["--id", "2"], "id")):
            options = dict(zip(good[::2], good[1::2]))
            options.update(dict(zip(bad[::2], bad[1::2] or [""])))
            flat = [part for pair in options.items() for part in pair if part]
            done = self.run_program(*flat)
            self.assertNotEqual(done.returncode, 0, bad)
            self.assertIn(named, done.stderr)

    def test_a_port_in_use_is_named(self):
        with group.socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            directory = group.tempfile.mkdtemp(dir="/var/tmp")
            self.addCleanup(group.shutil.rmtree, directory, ignore_errors=True)
            done = self.run_program("--id", "1", "--members", f"1=127.0.0.1:{free_ports(1)[0]}",
                                    "--directory", f"{directory}/1", "--listen", address)
        self.assertEqual(done.returncode, 1)
        self.assertIn(address, done.stderr)


class MaxMemory(group.GroupTest):
    options = [["--max-memory-mb", "1"]]

    def test_a_full_store_refuses_what_grows_it_only(self):
        with self.assertRaisesRegex(redis.ResponseError, "command not allowed when used memory"):
            for i in range(100):
                self.client.set(f"k{i}", b"x" * 50_000)
        self.assertEqual(self.client.strlen("k0"), 50_000)
        self.assertEqual(self.client.delete("k0", "k1"), 2)
        self.assertTrue(self.client.set("k0", "x"))


if __name__ == "__main__":
    group.main()
