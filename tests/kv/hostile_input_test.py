"""Malformed and hostile input: a clear error, the connection closed, the server alive and small."""

import random
import socket
import struct

import group

MIB = 1 << 20


def receive_all(client):
    data = b""
    while chunk := client.recv(65536):
        data += chunk
    return data


class HostileInput(group.GroupTest):
    size = 1
    options = [["--max-clients", "50", "--max-buffer-mb", "32"]]

    def tearDown(self):
        self.assertEqual(self.leader.client.ping(), True)
        self.assertIsNone(self.leader.process.poll())

    def answer(self, data):
        with self.leader.socket() as client:
            client.sendall(data)
            return receive_all(client)

    def test_protocol_errors_are_told_and_end_the_connection(self):
        for data, error in (
                (b"*x\r\n", b"invalid multibulk length"),
                (b"*99999999999999999999\r\n", b"invalid multibulk length"),
                (b"*2000000\r\n", b"invalid multibulk length"),
                (b"*1\r\n$-5\r\n", b"invalid bulk length"),
                (b"*1\r\n$536870912\r\n", b"invalid bulk length"),
                (b"*1\r\n:5\r\n", b"expected '$', got ':'"),
                (b"*1\r\n*1\r\n$4\r\nPING\r\n", b"expected '$', got '*'"),
                (b"*1\r\n$4\r\nPINGPING", b"expected CRLF behind a bulk string"),
                (b"GET \"x\r\n", b"unbalanced quotes in request"),
                (b"x" * 70000, b"too big inline request"),
                (b"*" + b"1" * 70000, b"too big mbulk count string"),
                (b"*1\r\n$" + b"1" * 70000, b"too big bulk count string")):
            self.assertEqual(self.answer(data), b"-ERR Protocol error: " + error + b"\r\n")

    def test_a_command_that_is_too_long_is_refused_before_it_arrives(self):
        half = b"$1500000\r\n" + b"x" * 1500000 + b"\r\n"
        answer = self.answer(b"*3\r\n$3\r\nSET\r\n" + half + b"$1500000\r\n")
        self.assertEqual(answer, b"-ERR Protocol error: the command exceeds 2097152 bytes\r\n")

    def test_requests_before_the_error_are_answered(self):
        answer = self.answer(b"SET k v\r\nGET k\r\n*x\r\nSET k w\r\n")
        self.assertEqual(answer,
                         b"+OK\r\n$1\r\nv\r\n-ERR Protocol error: invalid multibulk length\r\n")
        self.assertEqual(self.client.get("k"), b"v")

    def test_http_is_hung_up_on(self):
        self.assertEqual(self.answer(b"POST / HTTP/1.1\r\nHost: x\r\n\r\nSET k v\r\n"), b"")
        self.assertNotIn(b"+OK", self.answer(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nSET k v\r\n"))
        self.assertIsNone(self.client.get("k"))

    def test_internal_commands_are_unknown(self):
        answer = self.answer(b"decree.tick 9999999999999\r\nQUIT\r\n")
        self.assertTrue(answer.startswith(b"-ERR unknown command 'decree.tick'"), answer)

    def test_half_closed_clients_get_their_answers(self):
        with self.leader.socket() as client:
            client.sendall(b"INCR n\r\n" * 100 + b"GET n")
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(receive_all(client), b"".join(b":%d\r\n" % i for i in range(1, 101)))

    def test_noise(self):
        noise = random.Random(5)
        for _ in range(200):
            with self.leader.socket() as client:
                client.sendall(noise.choice((b"", b"*2\r\n", b"*1\r\n$9\r\n")) +
                               noise.randbytes(noise.randrange(300)))
                if noise.random() < 0.5:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def test_clients_that_vanish_under_a_pipeline(self):
        for _ in range(20):
            with self.leader.socket() as client:
                client.sendall(b"INCR vanished\r\nGET vanished\r\n" * 400)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        group.wait_until(lambda: self.leader.info()["connected_clients"] <= 2, "they are gone")

    def test_too_many_clients(self):
        clients = []
        try:
            refused = b""
            while not refused and len(clients) < 60:
                client = self.leader.socket()
                clients.append(client)
                client.sendall(b"PING\r\n")
                reply = client.recv(100)
                refused = reply if reply.startswith(b"-") else b""
            self.assertEqual(refused, b"-ERR max number of clients reached\r\n")
            self.assertGreater(len(clients), 45)
        finally:
            for client in clients:
                client.close()
        group.wait_until(self.can_connect, "there is room again")

    def can_connect(self):
        with self.leader.socket() as client:
            client.sendall(b"PING\r\n")
            return client.recv(100) == b"+PONG\r\n"

    def test_announced_lengths_take_no_memory(self):
        before = self.leader.resident_bytes()
        clients = [self.leader.socket() for _ in range(40)]
        for client in clients:
            client.sendall(b"*1048576\r\n$2000000\r\n")
        self.client.ping()
        self.assertLess(self.leader.resident_bytes() - before, 8 * MIB)
        for client in clients:
            client.close()

    def test_a_client_that_reads_no_answers_is_not_read(self):
        self.client.set("k", b"v" * MIB)
        before = self.leader.resident_bytes()
        with self.leader.socket() as client:
            client.setblocking(False)
            sent = self.send_until_blocked(client, b"GET k\r\n" * 1000, 64 * MIB)
            self.assertLess(sent, 64 * MIB)
            self.assertLess(self.leader.resident_bytes() - before, 48 * MIB)

    def send_until_blocked(self, client, data, limit):
        """Sends until nothing has been taken for long enough that nothing will be."""
        sent = 0
        view = memoryview(data)
        offset = 0
        quiet_since = group.time.monotonic()
        while sent < limit and group.time.monotonic() - quiet_since < 1:
            try:
                count = client.send(view[offset:])
                sent += count
                offset = (offset + count) % len(data)
                quiet_since = group.time.monotonic()
            except BlockingIOError:
                self.client.ping()
        return sent

    def test_unfinished_requests_of_many_clients_are_bounded(self):
        before = self.leader.resident_bytes()
        part = b"*2\r\n$3\r\nGET\r\n$2000000\r\n" + b"x" * 1900000
        clients = []
        for _ in range(40):
            client = self.leader.socket()
            clients.append(client)
            try:
                client.sendall(part)
            except (BrokenPipeError, ConnectionResetError):
                pass
        self.assertEqual(self.client.ping(), True)
        self.assertLess(self.leader.info()["client_buffer_bytes"], 40 * MIB)
        self.assertLess(self.leader.resident_bytes() - before, 100 * MIB)
        for client in clients:
            client.close()

    def test_amplified_answers_are_bounded(self):
        self.client.set("k", b"v" * MIB)
        before = self.leader.resident_bytes()
        request = b"*1001\r\n$4\r\nMGET\r\n" + b"$1\r\nk\r\n" * 1000 + b"QUIT\r\n"
        self.assertEqual(self.answer(request),
                         b"-ERR the reply would exceed 67108864 bytes\r\n+OK\r\n")
        self.assertLess(self.leader.resident_bytes() - before, 200 * MIB)

    def test_reads_behind_a_large_write_are_bounded(self):
        before = self.leader.resident_bytes()
        value = b"$1048576\r\n" + b"v" * MIB + b"\r\n"
        with self.leader.socket() as client:
            client.sendall(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n" + value + b"GET k\r\n" * 2000)
            self.send_until_blocked_reader(client)
            self.assertLess(self.leader.resident_bytes() - before, 64 * MIB)

    def send_until_blocked_reader(self, client):
        """Reads the first answer, so that the rest is under way, and no more."""
        self.assertEqual(client.recv(5), b"+OK\r\n")
        self.client.ping()

    def test_patterns_take_bounded_time(self):
        self.client.set("a" * 5000, "")
        self.assertEqual(self.client.keys("*a" * 50 + "*b"), [])


if __name__ == "__main__":
    group.main()
