// Its bounds, and what a scenario of a whole group does not show.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "paxos/limits.h"
#include "tests/paxos/core_fixture.h"

namespace decree::paxos::test {
namespace {

TEST_F(CoreTest, HearsOnlyVoters) {
  const ReplicaId stranger{4};
  step(stranger, Prepare{Ballot{9, stranger, {}}, {}, {}, {}});
  step(stranger, Refused{kOwn, Ballot{9, stranger, {}}});
  EXPECT_TRUE(turn().messages.empty());
  EXPECT_FALSE(core_.promised());
  EXPECT_EQ(core_.next_ballot({}).round, 1u);
}

TEST_F(CoreTest, NobodySpeaksForAnothersBallot) {
  step(kThird, Prepare{kOther, {}, {}, {}});
  EXPECT_TRUE(turn().records.empty());
  EXPECT_FALSE(core_.promised());
}

TEST_F(CoreTest, KeepsNothingFarAboveWhatItKnows) {
  const Value value = numbered(1, 10);
  const Slot far{kMaxOpenSlots + 1};
  step(kSecond, Accept{kOther, Slot{1}, far, {}, {}, std::span(&value, 1)});
  turn();
  EXPECT_EQ(core_.log_end(), Slot{});
  // The promise that the accept implies is kept all the same.
  EXPECT_EQ(output_.records.at(0).record.kind, RecordKind::promise);
  turn();
  ASSERT_EQ(sent_to<Accepted>(kSecond).size(), 1u);
  EXPECT_EQ(sent_to<Accepted>(kSecond)[0].through, Slot{});
}

// What it has received waits in its memory for its disk.
TEST_F(CoreTest, APeerWithASlowDiskIsSentSoMuchAndThenFedAgain) {
  lead();
  std::size_t batches = 0;
  for (std::uint64_t round = 1; round <= 100; ++round) {
    core_.propose(numbered(1, 10));
    turn();
    batches += sent_to<Accept>(kThird).size();
    accepted(kSecond);
    batches += sent_to<Accept>(kThird).size();
    const Slot received = core_.heartbeat_to(kThird, round);
    step(kThird, HeartbeatAnswer{kOwn, round, received, {}, 0, false, {}});
  }
  EXPECT_EQ(core_.applied(), core_.log_end());
  EXPECT_LT(batches, kMaxBatchesToPeer);
  EXPECT_LT(core_.leader()->sent_to(kThird), core_.log_end());
  for (int each = 0; each < 10; ++each) accepted(kThird);
  EXPECT_EQ(core_.leader()->accepted_by(kThird), core_.log_end());
}

// Disks take few large writes in less time than many small ones.
TEST_F(CoreTest, WhatIsSmallWaitsWhileTwoBatchesAreUnderWay) {
  lead();
  std::vector<Lsn> appends;
  const auto batches_after = [&](std::size_t bytes) {
    if (bytes != 0) core_.propose(numbered(1, bytes));
    core_.take_output(output_);
    if (output_.lsn != Lsn{}) appends.push_back(output_.lsn);
    return output_.accepts.size();
  };
  EXPECT_EQ(batches_after(10), 1u);
  EXPECT_EQ(batches_after(10), 1u);
  EXPECT_EQ(batches_after(10), 0u);
  EXPECT_EQ(batches_after(10), 0u);

  core_.durable(appends.at(0));
  EXPECT_EQ(batches_after(0), 1u) << "one of them is durable here";
  EXPECT_EQ(std::get<Accept>(output_.accepts.at(0).message).values.size(), 2u);

  EXPECT_EQ(batches_after(10), 0u);
  step(kSecond, Accepted{kOwn, core_.leader()->sent_to(kSecond), {}});
  step(kThird, Accepted{kOwn, core_.leader()->sent_to(kThird), {}});
  EXPECT_EQ(batches_after(0), 1u) << "they are chosen, whatever the leader's disk does";

  EXPECT_EQ(batches_after(10), 1u);
  EXPECT_EQ(batches_after(10), 0u);
  EXPECT_EQ(batches_after(kLargeBatchBytes), 1u) << "it is worth a write of its own";
}

// Who is told that nobody has seen a value proposes it again.
TEST_F(CoreTest, WhatALeaderAdoptsFromItselfMayBeAccepted) {
  lead();
  for (std::uint64_t each = 1; each <= 3; ++each) core_.propose(numbered(each, 10));
  turn();
  const Slot sent = core_.leader()->sent();
  const Ballot again = core_.next_ballot({});
  core_.campaign(again, {});
  turn();
  turn();
  step(kSecond, Promise{again, core_.announced(), true, {}, 0, {}, {}, {}});
  ASSERT_NE(core_.leader(), nullptr);
  EXPECT_LT(core_.leader()->sent(), sent);
  EXPECT_GE(core_.leader()->exposed(), sent);
}

TEST_F(CoreTest, ANewConnectionTellsTheWatermarkAgain) {
  lead();
  core_.propose(numbered(1, 10));
  turn();
  accepted(kSecond);
  accepted(kThird);
  core_.tell_watermark();
  turn();
  ASSERT_EQ(sent_to<Watermark>(kThird).size(), 1u);
  core_.tell_watermark();
  turn();
  EXPECT_TRUE(sent_to<Watermark>(kThird).empty());
  core_.peer_disconnected(kThird);
  core_.peer_connected(kThird);
  core_.tell_watermark();
  turn();
  EXPECT_EQ(sent_to<Watermark>(kThird).size(), 1u);
  EXPECT_TRUE(sent_to<Watermark>(kSecond).empty());
}

TEST_F(CoreTest, ARefusalThatNamesNoHigherPromiseIsNoReasonToPrepareAgain) {
  lead();
  step(kSecond, Refused{kOwn, kOwn});
  EXPECT_FALSE(core_.leader()->refused_by());
  step(kSecond, Refused{kOwn, kOther});
  EXPECT_EQ(core_.leader()->refused_by(), kOther);
  EXPECT_GT(core_.next_ballot({}), kOther);
}

}  // namespace
}  // namespace decree::paxos::test
