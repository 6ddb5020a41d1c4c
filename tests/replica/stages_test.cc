// Where the time of a commit is said to go, against where the test made it go.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "tests/replica/group.h"

namespace decree::replica {
namespace {

using leases::Duration;

constexpr Duration kDiskTime = Duration::millis(7);

class Stages : public testing::Test {
 protected:
  Stages() {
    group_.start_all();
    leader_ = group_.elect();
    // The lease settings of the new group are decided, and nothing else is on its way.
    group_.run_for(Duration::millis(1));
    watch(leader_);
  }

  void watch(std::uint32_t id) {
    group_.engine(id).on_stages([this](const CommitStages& stages) { told_.push_back(stages); });
  }
  [[nodiscard]] std::uint32_t follower(std::uint32_t which) const {
    return (leader_ + which - 1) % 3 + 1;
  }
  /// Commits one command while these disks hold their writes back for kDiskTime.
  CommitStages commit_with_held(const std::vector<std::uint32_t>& disks) {
    for (const std::uint32_t id : disks) group_.hold_disk(id, true);
    const OutcomeRef outcome = group_.propose(leader_, "x");
    group_.run_for(kDiskTime);
    EXPECT_EQ(outcome->answered, disks.size() < 2);
    for (const std::uint32_t id : disks) group_.hold_disk(id, false);
    EXPECT_TRUE(group_.run_until([&] { return outcome->answered; }));
    EXPECT_EQ(told_.size(), 1u);
    return told_.empty() ? CommitStages{} : told_.front();
  }

  Group group_{3};
  std::uint32_t leader_ = 0;
  std::vector<CommitStages> told_;
};

const auto kTook = static_cast<std::uint64_t>(kDiskTime.ns);

TEST_F(Stages, FastFollowersMakeTheQuorumWithoutTheLeadersDisk) {
  const CommitStages stages = commit_with_held({leader_});
  EXPECT_LT(stages.quorum_ns, kTook);
  EXPECT_EQ(stages.local_disk_ns, 0u) << "it was not durable here when it was answered";
}

TEST_F(Stages, SlowFollowersAreSeenAsTheirDisk) {
  const CommitStages stages = commit_with_held({follower(1), follower(2)});
  EXPECT_GE(stages.remote_ns, kTook);
  EXPECT_GE(stages.remote_disk_ns, kTook);
  EXPECT_GE(stages.quorum_ns, kTook);
  EXPECT_LT(stages.local_disk_ns, kTook);
}

TEST_F(Stages, AnAnswerThatHadToTravelIsNotTheDisk) {
  group_.cut(follower(1), leader_);
  group_.cut(follower(2), leader_);
  const OutcomeRef outcome = group_.propose(leader_, "x");
  group_.run_for(kDiskTime);
  EXPECT_FALSE(outcome->answered);
  group_.heal();
  ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }));
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_GE(told_[0].remote_ns, kTook);
  EXPECT_LT(told_[0].remote_disk_ns, kTook);
}

TEST_F(Stages, OneBatchIsOneReport) {
  std::vector<OutcomeRef> outcomes;
  for (int i = 0; i < 10; ++i) outcomes.push_back(group_.propose(leader_, "x"));
  ASSERT_TRUE(group_.run_until([&] { return outcomes.back()->answered; }));
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].first, outcomes.front()->token.slot);
  EXPECT_EQ(told_[0].last, outcomes.back()->token.slot);
}

TEST_F(Stages, NobodyIsToldWhoDoesNotAsk) {
  group_.engine(leader_).on_stages(nullptr);
  const OutcomeRef outcome = group_.propose(leader_, "x");
  ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }));
  EXPECT_TRUE(told_.empty());
}

TEST_F(Stages, ABatchOfALostLeadershipIsForgotten) {
  for (std::uint32_t id = 1; id <= 3; ++id) watch(id);
  group_.isolate(leader_);
  const OutcomeRef lost = group_.propose(leader_, "lost");
  ASSERT_TRUE(group_.run_until([&] { return lost->answered; }));
  group_.heal();
  leader_ = group_.elect();
  ASSERT_TRUE(group_.run_until([&] { return group_.engine(leader_).holds_lease(); }));
  told_.clear();
  const OutcomeRef outcome = group_.propose(leader_, "x");
  ASSERT_TRUE(group_.run_until([&] { return outcome->answered; }));
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].last, outcome->token.slot);
}

}  // namespace
}  // namespace decree::replica
