// The small values that the core is made of.
#include <gtest/gtest.h>

#include "paxos/batch_window.h"
#include "paxos/buffer.h"
#include "paxos/slot_log.h"
#include "paxos/voters.h"
#include "tests/paxos/letter.h"

namespace decree::paxos::test {
namespace {

const Ballot kBallot{1, ReplicaId{1}, {}};

Voters voters_of(std::uint32_t count) {
  std::vector<ReplicaId> ids;
  for (std::uint32_t id = count; id > 0; --id) ids.push_back(ReplicaId{id * 7});
  return Voters(ids);
}

TEST(VotersTest, AnyTwoQuorumsShareAVoter) {
  for (std::uint32_t count = 1; count <= kMaxReplicas; ++count) {
    const Voters voters = voters_of(count);
    EXPECT_GT(2 * voters.quorum(), voters.size());
    EXPECT_LE(2 * (voters.quorum() - 1), voters.size());
  }
}

TEST(VotersTest, OnlyVotersMakeAQuorum) {
  const Voters voters = voters_of(3);
  ReplicaSet set = ReplicaSet::of(ReplicaId{7});
  set.insert(ReplicaId{8});
  set.insert(ReplicaId{9});
  EXPECT_FALSE(voters.is_quorum(set));
  set.insert(ReplicaId{21});
  EXPECT_TRUE(voters.is_quorum(set));
}

TEST(VotersTest, FindsTheSlotThatAQuorumHasReached) {
  const std::vector<std::uint64_t> reached{5, 9, 2, 7, 0};
  const auto slot_of = [&](ReplicaId id) { return Slot{reached[id.value / 7 - 1]}; };
  EXPECT_EQ(voters_of(5).quorum_th(slot_of), Slot{5});
  EXPECT_EQ(voters_of(4).quorum_th(slot_of), Slot{5});
  EXPECT_EQ(voters_of(2).quorum_th(slot_of), Slot{5});
  EXPECT_EQ(voters_of(1).quorum_th(slot_of), Slot{5});
  EXPECT_EQ(voters_of(3).quorum_th(slot_of), Slot{5});
}

TEST(BatchWindowTest, IsFullUntilTheOldestBatchIsConfirmed) {
  BatchWindow<3> window;
  for (std::uint64_t round = 0; round < 5; ++round) {
    const std::uint64_t base = round * 10;
    window.sent(Slot{base + 2});
    window.sent(Slot{base + 4});
    EXPECT_FALSE(window.full());
    window.sent(Slot{base + 6});
    EXPECT_TRUE(window.full());
    window.confirmed(Slot{base + 1});
    EXPECT_TRUE(window.full());
    window.confirmed(Slot{base + 2});
    EXPECT_FALSE(window.full());
    window.confirmed(Slot{base + 6});
  }
  for (std::uint64_t slot = 1; slot <= 3; ++slot) window.sent(Slot{slot});
  window.clear();
  EXPECT_FALSE(window.full());
}

TEST(SlotLogTest, HoldsAWindowThatMovesAndGrows) {
  SlotLog log;
  for (std::uint64_t slot = 1; slot <= 5000; ++slot) {
    log.set(Slot{slot}, kBallot, numbered(slot, 10));
    if (slot > 700 && slot <= 2500) log.trim(Slot{slot - 700});
  }
  EXPECT_EQ(log.base(), Slot{1800});
  EXPECT_EQ(log.end(), Slot{5000});
  EXPECT_EQ(log.bytes(), 10u * 3200);
  EXPECT_EQ(log.find(Slot{1800}), nullptr);
  EXPECT_EQ(log.find(Slot{5001}), nullptr);
  for (std::uint64_t slot = 1801; slot <= 5000; ++slot) {
    ASSERT_NE(log.find(Slot{slot}), nullptr);
    ASSERT_EQ(log.find(Slot{slot})->value.sequence, Sequence{slot});
  }
}

TEST(SlotLogTest, HasEmptySlots) {
  SlotLog log;
  log.set(Slot{3}, kBallot, numbered(3, 1));
  log.set(Slot{6}, kBallot, numbered(6, 1));
  EXPECT_EQ(log.find(Slot{2}), nullptr);
  EXPECT_EQ(log.find(Slot{4}), nullptr);
  EXPECT_NE(log.find(Slot{6}), nullptr);
}

TEST(SlotLogTest, WhatIsTruncatedIsGone) {
  SlotLog log;
  for (std::uint64_t slot = 1; slot <= 6; ++slot) log.set(Slot{slot}, kBallot, numbered(slot, 5));
  log.truncate(Slot{4});
  EXPECT_EQ(log.end(), Slot{4});
  EXPECT_EQ(log.bytes(), 20u);
  log.set(Slot{6}, kBallot, numbered(6, 5));
  EXPECT_EQ(log.find(Slot{5}), nullptr);
}

TEST(SlotLogTest, ANewValueReplacesTheOldOne) {
  SlotLog log;
  log.set(Slot{1}, kBallot, numbered(1, 100));
  log.set(Slot{1}, Ballot{2, ReplicaId{2}, {}}, numbered(2, 30));
  EXPECT_EQ(log.bytes(), 30u);
  EXPECT_EQ(log.find(Slot{1})->value.sequence, Sequence{2});
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kKeeps = false;
#else
constexpr bool kKeeps = true;
#endif

const std::byte* place_of(std::size_t size) {
  const BufferRef buffer = BufferRef::allocate(size);
  EXPECT_EQ(buffer.bytes().size(), size);
  EXPECT_TRUE(buffer.unique());
  return buffer.bytes().data();
}

TEST(BufferTest, LargeMemoryIsUsedAgainForWhatIsNotMuchSmaller) {
  if (!kKeeps) GTEST_SKIP() << "sanitizers see each end of a buffer";
  const std::byte* const first = place_of(1'000'000);
  EXPECT_EQ(place_of(1'000'000), first);
  EXPECT_EQ(place_of(700'000), first);
  EXPECT_NE(place_of(1'010'000), first) << "it does not fit";
  EXPECT_NE(place_of(100'000), first) << "ten times as much as is needed";
}

TEST(SlotLogTest, TrimsBeyondItsEnd) {
  SlotLog log;
  log.set(Slot{2}, kBallot, numbered(2, 8));
  log.trim(Slot{1'000'000});
  EXPECT_EQ(log.base(), Slot{1'000'000});
  EXPECT_EQ(log.end(), Slot{1'000'000});
  EXPECT_EQ(log.bytes(), 0u);
  log.set(Slot{1'000'001}, kBallot, numbered(1, 8));
  EXPECT_NE(log.find(Slot{1'000'001}), nullptr);
}

}  // namespace
}  // namespace decree::paxos::test
