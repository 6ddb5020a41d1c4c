#!/usr/bin/env python3
"""Plants includes in a tree of its own and looks at what check_includes.py says about them."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import check_includes

ALLOWED = {
    "include/decree/types.h": ["<cstdint>"],
    "include/decree/replica.h": ["<vector>", "<boost/asio/any_io_executor.hpp>", '"decree/types.h"'],
    "include/decree/leadership.h": ["<stop_token>"],
    "paxos/core.h": ["<vector>", '"decree/types.h"', '"paxos/message.h"'],
    "paxos/assert.h": ["<cstdio>"],
    "leases/lease.cc": ["<optional>", '"leases/lease.h"', '"paxos/message.h"'],
    "wal/ring.cc": ["<liburing.h>", "<xxhash.h>", "<fcntl.h>", "<thread>", '"paxos/record.h"'],
    "transport/codec.cc": ["<flatbuffers/flatbuffers.h>", "<boost/asio.hpp>", "<netinet/tcp.h>",
                           '"transport/message_generated.h"'],
    "replica/engine.cc": ["<thread>", "<spdlog/spdlog.h>", '"paxos/core.h"', '"wal/log.h"'],
    "sim/world.cc": ["<map>", "<fmt/format.h>", '"replica/engine.h"', '"wal/disk.h"', '"decree/sim.h"'],
    "tools/backup.cc": ["<CLI/CLI.hpp>", "<unistd.h>", '"replica/slot_records.h"', '"wal/disk.h"'],
    "sim/worker.cc": ["<sys/wait.h>", "<unistd.h>"],
    "examples/kv/main.cc": ["<CLI/CLI.hpp>", '"decree/replica.h"', '"examples/kv/store.h"'],
    "bench/main.cc": ["<benchmark/benchmark.h>", "<decree/replica.h>"],
    "tests/wal/ring_test.cc": ["<gtest/gtest.h>", "<chrono>", '"wal/ring.h"', '"disk.h"', '"tests/support/files.h"'],
}

FORBIDDEN = {
    "include/decree/types.h": ["<thread>", "<boost/system/error_code.hpp>", '"decree/error.h"'],
    "include/decree/replica.h": ['"paxos/message.h"', "<spdlog/spdlog.h>", "<liburing.h>", "<stop_token>"],
    "paxos/core.h": ["<thread>", "<mutex>", "<atomic>", "<chrono>", "<ctime>", "<random>", "<fstream>",
                     "<cstdio>", "<sys/socket.h>", "<unistd.h>", "<flatbuffers/flatbuffers.h>",
                     "<boost/asio.hpp>", '"decree/replica.h"', '"leases/clock.h"', '"wal/log.h"'],
    "leases/lease.cc": ["<chrono>", "<time.h>", "<thread>", "<fstream>", '"paxos/core.h"'],
    "wal/ring.cc": ["<sys/socket.h>", "<boost/asio.hpp>", '"paxos/core.h"', '"transport/codec.h"'],
    "transport/codec.cc": ["<fstream>", "<liburing.h>", '"paxos/core.h"', '"wal/log.h"'],
    "replica/engine.cc": ["<liburing.h>", "<flatbuffers/flatbuffers.h>", '"examples/kv/store.h"'],
    "sim/world.cc": ["<chrono>", "<thread>", "<random>", "<fstream>", "<unistd.h>", '"tests/sim/x.h"'],
    "examples/kv/main.cc": ['"replica/engine.h"', "<paxos/core.h>", '"store.h"'],
    "bench/main.cc": ['"wal/log.h"'],
    "tools/backup.cc": ["<random>", "<sys/socket.h>", "<boost/asio.hpp>", '"sim/disk.h"'],
    "misc/main.cc": ["<vector>"],
}


def plant(root, files):
    for file, includes in files.items():
        path = Path(root, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("// a file\n" + "".join(f"#include {name}\n" for name in includes))


def violations_in(files):
    with tempfile.TemporaryDirectory() as root:
        plant(root, files)
        return check_includes.check(Path(root))[1]


def run_on(files):
    with tempfile.TemporaryDirectory() as root:
        plant(root, files)
        command = [sys.executable, check_includes.__file__, root]
        return subprocess.run(command, capture_output=True, text=True)


class CheckIncludes(unittest.TestCase):
    def test_accepts_what_the_table_allows(self):
        self.assertEqual(violations_in(ALLOWED), [])

    def test_names_each_violation_and_nothing_else(self):
        for file, includes in FORBIDDEN.items():
            for include in includes:
                with self.subTest(file=file, include=include):
                    violation, = violations_in({**ALLOWED, file: [include]})
                    self.assertTrue(violation.startswith(f"{file}:"), violation)

    def test_gives_file_line_header_and_folder(self):
        self.assertEqual(violations_in({"paxos/core.h": ["<vector>", "<thread>"]}),
                         ["paxos/core.h:3: includes thread, which paxos must not"])

    def test_exit_status_says_whether_the_tree_is_clean(self):
        self.assertEqual(run_on(ALLOWED).returncode, 0)
        planted = run_on({**ALLOWED, "wal/ring.cc": ["<boost/asio.hpp>"]})
        self.assertEqual(planted.returncode, 1)
        self.assertIn("wal/ring.cc:2: includes boost/asio.hpp", planted.stdout)

    def test_refuses_a_tree_without_files(self):
        self.assertEqual(run_on({}).returncode, 1)


if __name__ == "__main__":
    unittest.main()
