// Programs that are kept running.
#include "bench/peers/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "tests/support/temporary_directory.h"

namespace decree::bench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::seconds kPatience{10};

/// The log of a server, once it has this text or the patience is over.
std::string log_with(const Server& server, const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (server.log_tail().find(text) == std::string::npos &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  return server.log_tail();
}

TEST(Server, TheLogIsWhatItPrintedLast) {
  const TemporaryDirectory directory;
  const Server server({"/bin/sh", "-c", "seq 100; echo wrong >&2; read never"}, directory / "log");
  const std::string tail = log_with(server, "wrong");
  EXPECT_THAT(tail, HasSubstr(directory / "log:\n"));
  EXPECT_THAT(tail, HasSubstr("  99\n  100\n  wrong\n"));
  EXPECT_THAT(tail, Not(HasSubstr("  90\n")));
}

TEST(Server, OneThatCannotBeStartedSaysSo) {
  const TemporaryDirectory directory;
  const Server server({"/nowhere/etcd"}, directory / "log");
  EXPECT_THAT(log_with(server, "started"), HasSubstr("the program cannot be started"));
}

TEST(Server, ItsProcessorTimeIsCountedWhileItRuns) {
  const TemporaryDirectory directory;
  const Server server({"/bin/sh", "-c", "while :; do :; done"}, directory / "log");
  const std::int64_t before = server.cpu_us();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (server.cpu_us() < before + 1000 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_GE(server.cpu_us(), before + 1000);
}

}  // namespace
}  // namespace decree::bench
