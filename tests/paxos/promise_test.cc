// Promises: written ahead, reserved, and what they say is lost.
#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <variant>

#include "tests/paxos/core_fixture.h"

namespace decree::paxos::test {
namespace {

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

// What an earlier start may have used is neither used nor reserved again.
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

}  // namespace
}  // namespace decree::paxos::test
