// One core against puppets: its bounds, and what a scenario of a whole group does not show.
#include "paxos/core.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <variant>
#include <vector>

#include "paxos/limits.h"
#include "tests/paxos/letter.h"

namespace decree::paxos::test {
namespace {

constexpr ReplicaId kSelf{1};
constexpr ReplicaId kSecond{2};
constexpr ReplicaId kThird{3};
constexpr Ballot kOwn{1, kSelf, {}};
constexpr Ballot kOther{2, kSecond, {}};

class CoreTest : public testing::Test {
 protected:
  CoreTest() : core_(kSelf, Voters({kSelf, kSecond, kThird})) {
    core_.recovered({}, {});
    core_.peer_connected(kSecond);
    core_.peer_connected(kThird);
  }

  void step(ReplicaId from, const Message& message) { core_.step(from, message, {}, {}); }

  /// A turn whose append is durable at once.
  const Output& turn() {
    core_.take_output(output_);
    if (output_.lsn != Lsn{}) core_.durable(output_.lsn);
    while (core_.next_to_apply() != nullptr) core_.applied(core_.next_slot_to_apply());
    core_.check_invariants();
    return output_;
  }

  void lead() {
    core_.campaign(kOwn, {});
    turn();
    turn();
    step(kSecond, Promise{kOwn, {}, true, {}, 0, {}, {}, {}});
    turn();
    core_.open_announcements();
    accepted(kSecond);
  }

  /// The puppet has accepted all that it was sent.
  void accepted(ReplicaId id) {
    const Slot sent = core_.leader()->sent_to(id);
    step(id, Accepted{kOwn, sent, {}});
    turn();
  }

  template <typename Kind>
  [[nodiscard]] std::vector<Kind> sent_to(ReplicaId id) const {
    std::vector<Kind> found;
    for (const auto* outgoing : {&output_.accepts, &output_.messages}) {
      for (const Outgoing& each : *outgoing) {
        const auto* message = std::get_if<Kind>(&each.message);
        if (message != nullptr && each.to.contains(id)) found.push_back(*message);
      }
    }
    return found;
  }

  Core core_;
  Output output_;
};

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

// What an earlier start may have used is neither used nor reserved again.
TEST_F(CoreTest, APromiseThatWasWrittenAheadWaitsForNoDisk) {
  const Ballot next{4, kThird, {}};
  const Value value = numbered(1, 10);
  step(kSecond, Accept{kOther, Slot{1}, Slot{1}, {}, {}, std::span(&value, 1)});
  turn();
  core_.write_ahead(next);
  ASSERT_EQ(turn().records.at(0).record.kind, RecordKind::promise);
  EXPECT_EQ(output_.records.at(0).record.ballot, next);
  // It is not made: what is lower is accepted as before.
  EXPECT_EQ(core_.promised(), kOther);
  const Value second = numbered(2, 10);
  step(kSecond, Accept{kOther, Slot{1}, Slot{2}, {}, {}, std::span(&second, 1)});
  turn();
  EXPECT_EQ(core_.log_end(), Slot{2});
  turn();
  // The next one it takes is not durable when the prepare comes, and is reported all the same.
  const Value third = numbered(3, 10);
  step(kSecond, Accept{kOther, Slot{1}, Slot{3}, {}, {}, std::span(&third, 1)});
  core_.take_output(output_);
  step(kThird, Prepare{next, {}, {}, {}});
  core_.take_output(output_);
  ASSERT_EQ(sent_to<Promise>(kThird).size(), 1u);
  EXPECT_EQ(sent_to<Promise>(kThird)[0].accepted.size(), 3u);
  EXPECT_TRUE(std::ranges::none_of(output_.records, [](const RecordToAppend& each) {
    return each.record.kind == RecordKind::promise;
  }));
  EXPECT_EQ(core_.promised(), next);
}

TEST_F(CoreTest, APromiseThatIsNotWrittenYetIsWaitedFor) {
  const Ballot next{4, kThird, {}};
  core_.write_ahead(next);
  core_.take_output(output_);
  const Lsn written = output_.lsn;
  step(kThird, Prepare{next, {}, {}, {}});
  core_.take_output(output_);
  EXPECT_TRUE(sent_to<Promise>(kThird).empty());
  core_.durable(written);
  core_.take_output(output_);
  EXPECT_EQ(sent_to<Promise>(kThird).size(), 1u);
}

TEST_F(CoreTest, AWatermarkThatTheCandidateDoesNotKnowIsDurableBeforeItIsTold) {
  const Ballot next{4, kThird, {}};
  const Value values[] = {numbered(1, 10), numbered(2, 10)};
  step(kSecond, Accept{kOther, Slot{1}, Slot{1}, {}, {}, values});
  core_.write_ahead(next);
  turn();
  turn();
  step(kSecond, Watermark{kOther, Slot{2}});
  turn();
  step(kThird, Prepare{next, Slot{1}, {}, {}});
  core_.take_output(output_);
  EXPECT_TRUE(sent_to<Promise>(kThird).empty());
  EXPECT_EQ(output_.records.at(0).record.kind, RecordKind::watermark);
  core_.durable(output_.lsn);
  core_.take_output(output_);
  ASSERT_EQ(sent_to<Promise>(kThird).size(), 1u);
  EXPECT_EQ(sent_to<Promise>(kThird)[0].known_chosen, Slot{2});
  // One that it knows is not told at all.
  step(kThird, Prepare{next, Slot{2}, {}, {}});
  core_.take_output(output_);
  ASSERT_EQ(sent_to<Promise>(kThird).size(), 1u);
  EXPECT_EQ(sent_to<Promise>(kThird)[0].known_chosen, Slot{});
}

TEST_F(CoreTest, WhatOneChunkSaysIsLostALaterOneDoesNotTakeBack) {
  const Ballot old{3, kThird, {}};
  const Ballot own = core_.next_ballot(old);
  core_.campaign(own, {});
  turn();
  turn();
  // The second puppet lost what it accepted in slots through 2, and has learned meanwhile that they
  // are chosen; this replica has not.
  const AcceptedValue third{Slot{3}, old, numbered(3, 10)};
  step(kSecond, Promise{own, {}, false, {}, 0, old, Slot{2}, std::span(&third, 1)});
  const AcceptedValue fourth{Slot{4}, old, numbered(4, 10)};
  step(kSecond, Promise{own, Slot{3}, true, {}, 0, {}, {}, std::span(&fourth, 1)});
  turn();
  EXPECT_EQ(core_.leader(), nullptr) << "slots 1 and 2 are not known to be free";
  const AcceptedValue first[] = {{Slot{1}, old, numbered(1, 10)}, {Slot{2}, old, numbered(2, 10)}};
  step(kThird, Promise{own, {}, true, {}, 0, {}, {}, first});
  turn();
  EXPECT_NE(core_.leader(), nullptr);
}

TEST_F(CoreTest, TheSuccessorAsksWithTheBallotThatWasWrittenAhead) {
  const Ballot next{3, kSelf, {}};
  step(kSecond, Prepare{Ballot{1, kSecond, {}}, {}, {}, {}});
  turn();
  core_.write_ahead(next);
  turn();
  ASSERT_EQ(core_.next_ballot({}), next);
  EXPECT_EQ(core_.next_ballot(next).round, 4u) << "if it must be above it";
  core_.campaign(next, Ballot{1, kSecond, {}});
  EXPECT_TRUE(core_.has_promised_itself());
  core_.take_output(output_);
  EXPECT_EQ(sent_to<Prepare>(kThird).size(), 1u) << "at once";
  step(kThird, Promise{next, {}, true, {}, 0, {}, {}, {}});
  EXPECT_NE(core_.leader(), nullptr);
}

TEST_F(CoreTest, ARestartHasMadeThePromisesThatWereWrittenAhead) {
  Core again(kSelf, Voters({kSelf, kSecond, kThird}));
  again.recover_promise(Ballot{4, kThird, {}});
  again.recovered({}, Lsn{1});
  again.peer_connected(kSecond);
  again.step(kSecond, Prepare{kOther, {}, {}, {}}, {}, {});
  Output output;
  again.take_output(output);
  ASSERT_EQ(output.messages.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<Refused>(output.messages[0].message));
}

TEST_F(CoreTest, AReservationLastsUntilAPromiseIsAsHigh) {
  core_.recover_promise(kOther);
  core_.recover_reserve({kOther.round + 1, kSelf, {}});
  EXPECT_EQ(core_.next_ballot({}).round, kOther.round + 2);
  core_.record(Record{RecordKind::lease, {}, {}, {}, {}});
  EXPECT_EQ(turn().records.size(), 1u);
  step(kThird, Prepare{{kOther.round + 1, kThird, {}}, {}, {}, {}});
  turn();
  EXPECT_EQ(core_.next_ballot({}).round, kOther.round + 2);
  EXPECT_EQ(core_.reserved().round, kOther.round + 2);
}

// A core whose log had a hole: slots 1 and 2 are left, through 4 all is known chosen, and slots
// through 6 may have been accepted under ballots of the second replica.
class DamagedCoreTest : public CoreTest {
 protected:
  DamagedCoreTest() {
    core_.recover_damage({Slot{4}, {kOther, Slot{6}}});
    core_.peer_disconnected(kSecond);
    core_.peer_connected(kSecond);
  }

  /// As the own log or a peer has them.
  Chosen values(std::uint64_t first, std::size_t count) {
    return {Slot{first}, std::span(values_).first(count)};
  }

  /// Everything known chosen is here again, and the prepare has left.
  Ballot campaign_repaired() {
    core_.learn_own(values(1, 4));
    core_.repaired();
    const Ballot own = core_.next_ballot({});
    core_.campaign(own, {});
    turn();
    turn();
    return own;
  }

  std::vector<Value> values_ = std::vector<Value>(8);
};

TEST_F(DamagedCoreTest, AsksItsOwnLogAndThenItsPeers) {
  turn();
  ASSERT_EQ(output_.fetches.size(), 1u);
  EXPECT_EQ(output_.fetches[0].to, kSelf);
  EXPECT_EQ(output_.fetches[0].first, Slot{1});
  EXPECT_EQ(output_.fetches[0].last, Slot{4});
  core_.learn_own(values(1, 2));
  turn();
  ASSERT_EQ(output_.fetches.size(), 1u) << "perhaps there is more";
  core_.learn_own(values(3, 0));
  turn();
  ASSERT_EQ(sent_to<Fetch>(kSecond).size(), 1u);
  EXPECT_EQ(sent_to<Fetch>(kSecond)[0].first, Slot{3});
  step(kSecond, values(3, 1));
  turn();
  ASSERT_EQ(output_.fetches.size(), 1u) << "the own log may go on behind the hole";
  core_.learn_own(values(4, 1));
  EXPECT_TRUE(core_.wants_acceptances());
  EXPECT_EQ(core_.announced(), Slot{4});
}

// A reservation was one above a promise, and may have been used.
TEST_F(DamagedCoreTest, UsesNoBallotThatMayHaveBeenReserved) {
  EXPECT_EQ(core_.next_ballot({}).round, kOther.round + 2);
  EXPECT_EQ(core_.reserved().round, kOther.round + 1);
}

TEST_F(DamagedCoreTest, PromisesOnlyWhenItCanSayWhatItAccepted) {
  const Ballot third{9, kThird, {}};
  step(kThird, Prepare{third, {}, {}, kOther});
  turn();
  turn();
  EXPECT_EQ(core_.promised(), third) << "it keeps the promise";
  EXPECT_TRUE(sent_to<Promise>(kThird).empty()) << "but does not answer";
  core_.learn_own(values(1, 4));
  turn();
  EXPECT_TRUE(sent_to<Promise>(kThird).empty());
  ASSERT_TRUE(core_.wants_acceptances());
  core_.repaired();
  turn();
  turn();
  ASSERT_EQ(sent_to<Promise>(kThird).size(), 1u);
  EXPECT_EQ(sent_to<Promise>(kThird)[0].known_chosen, Slot{4});
  EXPECT_EQ(sent_to<Promise>(kThird)[0].lost, kOther);
  EXPECT_EQ(sent_to<Promise>(kThird)[0].lost_through, Slot{6});
}

TEST_F(DamagedCoreTest, LostAcceptancesCountBesideOnesAsHigh) {
  const Ballot own = campaign_repaired();
  const AcceptedValue fifth{Slot{5}, kOther, {}};
  step(kSecond, Promise{own, Slot{4}, true, Slot{4}, 0, {}, {}, {&fifth, 1}});
  EXPECT_EQ(core_.leader(), nullptr) << "slot 6 may have been accepted here";
  step(kThird, Promise{own, Slot{4}, true, Slot{4}, 0, {}, {}, {}});
  ASSERT_NE(core_.leader(), nullptr);
  EXPECT_EQ(core_.gave_up(), Slot{}) << "two whole reports";
}

TEST_F(DamagedCoreTest, AFullSetOfDoubtfulReportsIsTakenAndSaid) {
  const Ballot own = campaign_repaired();
  step(kSecond, Promise{own, Slot{4}, true, Slot{4}, 0, kOther, Slot{6}, {}});
  EXPECT_EQ(core_.leader(), nullptr);
  step(kThird, Promise{own, Slot{4}, true, Slot{4}, 0, {}, {}, {}});
  ASSERT_NE(core_.leader(), nullptr);
  EXPECT_EQ(core_.gave_up(), Slot{5});
}

}  // namespace
}  // namespace decree::paxos::test
