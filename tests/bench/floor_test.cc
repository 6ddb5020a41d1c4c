// The floor over real sockets and files.
#include "bench/floor.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/loopback.h"
#include "tests/support/temporary_directory.h"

namespace decree::bench {
namespace {

constexpr std::uint64_t kFileBytes = 8u << 20;

struct Way {
  const char* name;
  bool uring;
  Waiting waiting;
};

std::unique_ptr<FloorIo> make_io(const Way& way, const std::string& file,
                                 std::vector<int> sockets) {
  return way.uring ? make_uring_io(file, std::move(sockets), way.waiting)
                   : make_plain_io(file, std::move(sockets), way.waiting);
}

class Floor : public testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    if (GetParam().uring && !make_io(GetParam(), zeros("probe"), {})) {
      GTEST_SKIP() << "io_uring is refused here";
    }
  }

  std::string zeros(const std::string& name) {
    const std::string file = scratch_ / name;
    make_zeros(file, kFileBytes);
    return file;
  }

  TemporaryDirectory scratch_{"/var/tmp"};
};

std::size_t nonzero_blocks(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<char> block(kBlockBytes);
  std::size_t count = 0;
  while (in.read(block.data(), static_cast<std::streamsize>(block.size()))) {
    count += block != std::vector<char>(kBlockBytes) ? 1U : 0U;
  }
  return count;
}

TEST_P(Floor, EveryReplicaWritesEveryBatch) {
  std::vector<Connection> links;
  links.push_back(connect_loopback());
  links.push_back(connect_loopback());
  const std::string leader_file = zeros("leader");
  std::vector<std::thread> followers;
  for (std::size_t i = 0; i < links.size(); ++i) {
    followers.emplace_back([&, file = zeros("follower-" + std::to_string(i)), i] {
      follow_floor(*make_io(GetParam(), file, {links[i].follower.get()}));
    });
  }
  const auto io = make_io(GetParam(), leader_file, {links[0].leader.get(), links[1].leader.get()});
  const LoadResult one =
      FloorLeader(*io, 2).run({.outstanding = 1, .payload_bytes = 256, .seconds = 0.1});
  for (Connection& link : links) {
    ::shutdown(link.leader.get(), SHUT_WR);
  }
  for (std::thread& follower : followers) {
    follower.join();
  }
  EXPECT_GT(one.commits, 0U);
  EXPECT_EQ(io->appended(), one.commits);
  EXPECT_LE(one.p50_us, one.p99_us);
  EXPECT_LE(one.p99_us, one.max_us);
  const std::size_t expected = std::min<std::size_t>(one.commits, kFileBytes / kBlockBytes);
  EXPECT_EQ(nonzero_blocks(leader_file), expected);
}

TEST_P(Floor, CommandsTravelTogetherAndAllAreCounted) {
  Connection link = connect_loopback();
  std::thread follower([&, file = zeros("follower")] {
    follow_floor(*make_io(GetParam(), file, {link.follower.get()}));
  });
  const auto io = make_io(GetParam(), zeros("leader"), {link.leader.get()});
  const LoadResult result =
      FloorLeader(*io, 1).run({.outstanding = 64, .payload_bytes = 1024, .seconds = 0.1});
  ::shutdown(link.leader.get(), SHUT_WR);
  follower.join();
  EXPECT_GE(result.commits, 64U);
  EXPECT_LT(io->appended(), result.commits);
}

TEST_P(Floor, CommandsOfAnOpenLoopComeAtTheirOwnPace) {
  if (GetParam().waiting == Waiting::block) GTEST_SKIP() << "an open loop needs one that polls";
  Connection link = connect_loopback();
  std::thread follower([&, file = zeros("follower")] {
    follow_floor(*make_io(GetParam(), file, {link.follower.get()}));
  });
  const auto io = make_io(GetParam(), zeros("leader"), {link.leader.get()});
  const LoadResult result = FloorLeader(*io, 1).run(
      {.outstanding = 1, .payload_bytes = 256, .seconds = 0.2, .rate_per_s = 5000});
  ::shutdown(link.leader.get(), SHUT_WR);
  follower.join();
  // However fast the disk is: a Poisson process of 1,000, give or take five standard deviations.
  EXPECT_GT(result.commits, 840U);
  EXPECT_LT(result.commits, 1160U);
  EXPECT_GE(result.elapsed_us, 0.2e6);
}

TEST_P(Floor, AFollowerThatEndsIsNoticed) {
  Connection link = connect_loopback();
  const auto io = make_io(GetParam(), zeros("leader"), {link.leader.get()});
  FloorLeader leader(*io, 1);
  // The follower takes the frame and goes without an answer.
  std::thread mute([&] {
    std::byte byte{};
    ::recv(link.follower.get(), &byte, 1, 0);
    link.follower.reset();
  });
  EXPECT_THROW(leader.run({.outstanding = 1, .payload_bytes = 256, .seconds = 0.1}),
               std::runtime_error);
  mute.join();
}

INSTANTIATE_TEST_SUITE_P(Ways, Floor,
                         testing::Values(Way{"uring_blocking", true, Waiting::block},
                                         Way{"uring_polling", true, Waiting::poll},
                                         Way{"plain_blocking", false, Waiting::block},
                                         Way{"plain_polling", false, Waiting::poll}),
                         [](const auto& way) { return std::string(way.param.name); });

}  // namespace
}  // namespace decree::bench
