// What is kept for those who are behind, and how they ask for it.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "paxos/limits.h"
#include "tests/paxos/core_fixture.h"

namespace decree::paxos::test {
namespace {

TEST_F(CoreTest, MemoryIsBoundedAndTheRestIsServedFromTheLog) {
  lead();
  for (int each = 0; each < 40; ++each) {
    core_.propose(numbered(1, kMaxBatchBytes));
    turn();
    accepted(kSecond);
    accepted(kThird);
  }
  const Slot last = core_.applied();
  ASSERT_EQ(last, core_.log_end());
  step(kThird, Fetch{Slot{1}, last});
  ASSERT_EQ(turn().fetches.size(), 1u);
  EXPECT_EQ(output_.fetches[0].first, Slot{1});
  EXPECT_EQ(output_.fetches[0].to, kThird);
  step(kThird, Fetch{last, last});
  turn();
  EXPECT_TRUE(output_.fetches.empty());
  EXPECT_EQ(sent_to<Chosen>(kThird).size(), 1u);
}

// A large value takes the place of as many small ones as it needs to.
TEST_F(CoreTest, MemoryIsBoundedWhenLargeValuesFollowSmallOnes) {
  lead();
  const auto propose = [this](int count, std::size_t bytes) {
    for (int each = 0; each < count; ++each) core_.propose(numbered(1, bytes));
    while (core_.applied() < core_.log_end()) {
      turn();
      accepted(kSecond);
      accepted(kThird);
    }
  };
  propose(static_cast<int>(kMemorySlots) - 1000, 1);
  const Slot large = core_.log_end().next();
  for (std::uint64_t bytes = 0; bytes < 2 * kMemoryBytes; bytes += kMaxBatchBytes) {
    propose(1, kMaxBatchBytes);
  }
  step(kThird, Fetch{large, core_.applied()});
  EXPECT_EQ(turn().fetches.size(), 1u);
}

// One answer is written while the next one is on its way, and no more.
TEST_F(CoreTest, NoMoreIsFetchedThanTheDiskTakes) {
  const auto fetched = [this] {
    core_.take_output(output_);
    return sent_to<Fetch>(kSecond).size();
  };
  const Value value = numbered(1, 10);
  const auto learn = [&](std::uint64_t slot) {
    step(kSecond, Chosen{Slot{slot}, std::span(&value, 1)});
  };
  Heartbeat heartbeat;
  heartbeat.ballot = kOther;
  heartbeat.announced = Slot{99};
  step(kSecond, heartbeat);
  EXPECT_EQ(fetched(), 1u);
  learn(1);
  EXPECT_EQ(fetched(), 1u);
  const Lsn first = output_.lsn;
  learn(2);
  EXPECT_EQ(fetched(), 0u);
  core_.remind();
  core_.remind();
  EXPECT_EQ(fetched(), 0u);
  core_.durable(first);
  EXPECT_EQ(fetched(), 1u);
}

TEST_F(CoreTest, AFetchIsAnsweredWithWhatIsAnnouncedOnly) {
  lead();
  core_.propose(numbered(1, 10));
  core_.propose(numbered(2, 10));
  turn();
  step(kThird, Fetch{Slot{1}, core_.log_end()});
  turn();
  ASSERT_EQ(sent_to<Chosen>(kThird).size(), 1u);
  EXPECT_EQ(sent_to<Chosen>(kThird)[0].values.size(), core_.announced().value);
  EXPECT_LT(core_.announced(), core_.log_end());
}

TEST_F(CoreTest, AChosenMessageHoldsSoMuchOrOneValue) {
  lead();
  for (int each = 0; each < 3; ++each) {
    core_.propose(numbered(1, kMaxBatchBytes * 2 / 3));
    turn();
    accepted(kSecond);
  }
  step(kThird, Fetch{Slot{2}, core_.applied()});
  turn();
  ASSERT_EQ(sent_to<Chosen>(kThird).size(), 1u);
  EXPECT_EQ(sent_to<Chosen>(kThird)[0].values.size(), 1u);
}

TEST_F(CoreTest, ALateCopyOfAnAnswerStartsNoSecondFetch) {
  const std::vector<Value> values(4, numbered(1, 10));
  Heartbeat heartbeat;
  heartbeat.ballot = kOther;
  heartbeat.announced = Slot{10};
  step(kSecond, heartbeat);
  turn();
  ASSERT_EQ(sent_to<Fetch>(kSecond).size(), 1u);
  step(kSecond, Chosen{Slot{1}, values});
  turn();
  ASSERT_EQ(sent_to<Fetch>(kSecond).size(), 1u);
  EXPECT_EQ(sent_to<Fetch>(kSecond)[0].first, Slot{5});
  step(kSecond, Chosen{Slot{1}, values});
  turn();
  EXPECT_TRUE(sent_to<Fetch>(kSecond).empty());
}

TEST_F(CoreTest, AFetchWithoutAnAnswerIsAskedOfAnother) {
  Heartbeat heartbeat;
  heartbeat.ballot = kOther;
  heartbeat.announced = Slot{10};
  step(kSecond, heartbeat);
  turn();
  EXPECT_TRUE(core_.awaits_answers());
  std::size_t asked_third = 0;
  for (int each = 0; each < 3; ++each) {
    core_.remind();
    turn();
    asked_third += sent_to<Fetch>(kThird).size();
  }
  EXPECT_GE(asked_third, 1u);
}

TEST_F(CoreTest, WhatNobodySendsIsAskedForInPhaseOneAgain) {
  core_.campaign(kOwn, {});
  turn();
  turn();
  step(kThird, Promise{kOwn, {}, true, Slot{2}, 0, {}, {}, {}});
  turn();
  ASSERT_EQ(sent_to<Fetch>(kThird).size(), 1u);
  ASSERT_NE(core_.leader(), nullptr);
  core_.peer_disconnected(kThird);
  const auto remind = [this] {
    core_.remind();
    turn();
  };
  for (int i = 0; i < 5; ++i) remind();
  EXPECT_FALSE(core_.asks_in_vain());
  const Value value = numbered(1, 10);
  step(kSecond, Chosen{Slot{1}, std::span(&value, 1)});
  for (int i = 0; i < 10; ++i) remind();
  EXPECT_FALSE(core_.asks_in_vain()) << "one came";
  for (int i = 0; i < 5; ++i) remind();
  EXPECT_TRUE(core_.asks_in_vain());
  core_.campaign(core_.next_ballot({}), {});
  EXPECT_FALSE(core_.asks_in_vain());
}

}  // namespace
}  // namespace decree::paxos::test
