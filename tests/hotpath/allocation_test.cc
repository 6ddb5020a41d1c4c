// In steady state a commit allocates nothing, at the leader and at the follower. The index of the
// log grows with it, which is an allocation in hundreds of commits. And a command is copied twice
// at the leader: to where its frame is built around it, and from there to the blocks of the log.
#include <gtest/gtest.h>

#include "tests/hotpath/commit_path.h"
#include "tests/support/counting_new.h"

namespace decree::hotpath {
namespace {

struct Load {
  std::size_t batch;
  std::size_t payload_bytes;
};

class AllocationTest : public ::testing::TestWithParam<Load> {};

TEST_P(AllocationTest, NoneInSteadyState) {
  const Load load = GetParam();
  constexpr std::size_t kWarmBytes = 64u << 20;  // until what is kept in memory is full
  constexpr std::size_t kWarmCommits = 200'000;
  constexpr std::size_t kCommitsAnAllocation = 500;
  constexpr std::size_t kGrowth = 8;
  const std::size_t commits = std::min(kWarmCommits, kWarmBytes / load.payload_bytes);
  CommitPath path(load.payload_bytes);
  path.commit(commits / load.batch + 1, load.batch);
  const std::size_t before = path.committed();
  allocations = 0;
  path.commit(commits / load.batch / 4 + 1, load.batch);
  EXPECT_LT(allocations, (path.committed() - before) / kCommitsAnAllocation + kGrowth);
}

TEST_P(AllocationTest, FramesAreSentFromWhereTheirCommandsWereKept) {
  const Load load = GetParam();
  constexpr std::size_t kBatches = 200;
  CommitPath path(load.payload_bytes);
  path.commit(kBatches, load.batch);
  // But for those that the end of a slab cuts in two.
  EXPECT_GE(path.frames_in_place(), kBatches - kBatches / 10);
}

INSTANTIATE_TEST_SUITE_P(Loads, AllocationTest,
                         ::testing::Values(Load{1, 16}, Load{1, 256}, Load{8, 256}, Load{64, 256},
                                           Load{1024, 64}, Load{4, 4096}, Load{1, 20'000}),
                         [](const auto& load) {
                           return std::to_string(load.param.batch) + "x" +
                                  std::to_string(load.param.payload_bytes) + "Bytes";
                         });

}  // namespace
}  // namespace decree::hotpath
