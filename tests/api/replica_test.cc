// The public API on real threads, sockets and disks.
#include "decree/replica.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/api/group.h"

namespace decree {
namespace {

namespace asio = boost::asio;
using asio::use_future;
using boost::system::error_code;

TEST_F(ApiTest, FuturesCallbacksAndCoroutines) {
  open_all();
  EXPECT_EQ(get(replica(0).async_propose("1", use_future)).text(), "1");

  std::promise<std::string> called;
  replica(1).async_propose(
      "2", [&, only_movable = std::make_unique<int>(7)](error_code error, const Reply& reply) {
        called.set_value(error ? error.message() : std::string(reply.text()));
      });
  EXPECT_EQ(get(called.get_future()), "3");

  asio::io_context io;
  auto done = asio::co_spawn(
      io,
      [&]() -> asio::awaitable<int> {
        auto [error, reply] =
            co_await replica(2).async_propose("4", asio::as_tuple(asio::use_awaitable));
        EXPECT_FALSE(error);
        EXPECT_EQ(reply.text(), "7");
        int total = 0;
        co_await replica(2).async_read([&] { total = machines_[2]->total(); },
                                       Consistency::linearizable, asio::use_awaitable);
        co_return total;
      },
      use_future);
  io.run_for(kDeadline);
  EXPECT_EQ(get(std::move(done)), 7);
}

TEST_F(OneReplica, HandlersRunOnTheirExecutor) {
  open_all();
  asio::io_context io;
  std::thread::id ran_on;
  replica(0).async_propose("1", asio::bind_executor(io, [&](error_code, const Reply&) {
                             ran_on = std::this_thread::get_id();
                           }));
  // The handler keeps its context busy until it has run.
  io.run_for(kDeadline);
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST_F(ApiTest, ManyThreadsAtAllReplicas) {
  open_all();
  ASSERT_EQ(get(replica(0).async_propose("0", use_future)).text(), "0");
  constexpr int kThreads = 3;
  constexpr int kEach = 300;
  std::vector<std::thread> threads;
  std::atomic<int> done{0};
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::vector<std::future<Reply>> replies;
      for (int i = 0; i < kEach; ++i) {
        replies.push_back(replica(t).async_propose("1", use_future));
      }
      for (auto& reply : replies) {
        get(std::move(reply));
        ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, kThreads * kEach);
  for (std::size_t i = 0; i < 3; ++i) {
    int total = 0;
    get(replica(i).async_read([&] { total = machines_[i]->total(); }, Consistency::linearizable,
                              use_future));
    EXPECT_EQ(total, kThreads * kEach);
  }
}

TEST_F(ApiTest, ASessionIsAnsweredTheSameTwice) {
  open_all();
  const ClientId client = get(replica(1).async_open_session(use_future));
  const Session session{client, Sequence{1}};
  const std::string text = "5";
  const auto bytes = std::as_bytes(std::span(text));
  EXPECT_EQ(get(replica(0).async_propose(session, bytes, use_future)).text(), "5");
  EXPECT_EQ(get(replica(2).async_propose(session, bytes, use_future)).text(), "5");
}

TEST_F(ApiTest, TheLeaseSettingsAreTheGroups) {
  open_all();
  const LeaseSettings decided{500'000, 120'000};
  std::promise<error_code> refused;
  replica(1).async_set_lease({1, 110'000}, [&](error_code error) { refused.set_value(error); });
  EXPECT_EQ(get(refused.get_future()), Errc::invalid_settings);
  get(replica(1).async_set_lease(decided, use_future));
  for (std::size_t i = 0; i < 3; ++i) {
    get(replica(i).async_read([] {}, Consistency::linearizable, use_future));
    EXPECT_EQ(replica(i).status().lease_settings, decided);
  }
}

TEST_F(OneReplica, ItsStateSurvivesARestart) {
  open(0);
  for (int i = 0; i < 10; ++i) get(replica(0).async_propose("1", use_future));
  const StartNumber start = replica(0).status().start;
  replicas_[0].reset();
  open(0);
  EXPECT_EQ(get(replica(0).async_propose("1", use_future)).text(), "11");
  EXPECT_EQ(replica(0).status().start.value, start.value + 1);
}

TEST_F(OneReplica, HoldsALeaseAndSaysSo) {
  open(0);
  const Token token = get(replica(0).async_propose("1", use_future)).token;
  std::promise<Token> started;
  replica(0).on_leadership([&](const LeadershipEvent& event) {
    if (event.kind == LeadershipEvent::Kind::started) started.set_value(event.token);
  });
  EXPECT_EQ(get(started.get_future()).ballot, token.ballot);
  const auto until = std::chrono::steady_clock::now() + kDeadline;
  while (!replica(0).holds_lease() && std::chrono::steady_clock::now() < until) {
    get(replica(0).async_read([] {}, Consistency::linearizable, use_future));
  }
  EXPECT_TRUE(replica(0).holds_lease());
  const Status status = replica(0).status();
  EXPECT_EQ(status.role, Role::leader);
  EXPECT_GT(status.lease_left_us, 0);
  EXPECT_EQ(token.ballot, status.ballot);
}

TEST_F(OneReplica, AfterCloseNothingIsTakenAndEverythingIsAnswered) {
  open(0);
  get(replica(0).async_propose("1", use_future));
  std::vector<std::future<Reply>> last;
  for (int i = 0; i < 100; ++i) last.push_back(replica(0).async_propose("1", use_future));
  replica(0).close();
  replica(0).close();
  for (auto& each : last) {
    try {
      get(std::move(each));
    } catch (const boost::system::system_error& error) {
      const auto errc = static_cast<Errc>(error.code().value());
      EXPECT_TRUE(errc == Errc::outcome_unknown || errc == Errc::closed) << error.what();
    }
  }
  try {
    get(replica(0).async_propose("1", use_future));
    FAIL() << "a closed replica took a command";
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code(), Errc::closed);
  }
  EXPECT_FALSE(replica(0).holds_lease());
  EXPECT_EQ(replica(0).status().id, ReplicaId{1});
}

std::string open_error(const Options& options) {
  Counter counter;
  try {
    Replica::open(options, counter).close();
  } catch (const OpenError& error) {
    return error.what();
  }
  return {};
}

TEST_F(OneReplica, WhatCannotBeOpenedSaysWhy) {
  Options bad = options(0);
  bad.cluster = 0;
  EXPECT_NE(open_error(bad).find("cluster"), std::string::npos);

  open(0);
  const std::string locked = open_error(options(0));
  EXPECT_NE(locked.find(options(0).directory), std::string::npos) << locked;

  Options port = options(0);
  port.directory = root_ / "other";
  const std::string taken = open_error(port);
  EXPECT_NE(taken.find(std::to_string(members_[0].port)), std::string::npos) << taken;

  replicas_[0].reset();
  Options cluster = options(0);
  cluster.cluster = 43;
  const std::string other_cluster = open_error(cluster);
  EXPECT_NE(other_cluster.find("cluster"), std::string::npos) << other_cluster;

  Options file = options(0);
  file.directory = "/dev/null";
  EXPECT_NE(open_error(file).find("/dev/null"), std::string::npos);
}

}  // namespace
}  // namespace decree
