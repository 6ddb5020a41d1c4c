// Each rule that the witness holds messages against, kept and broken.
#include "sim/witness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace decree::sim {
namespace {

using ::testing::HasSubstr;

constexpr ReplicaId kA{1};
constexpr ReplicaId kB{2};
constexpr ReplicaId kC{3};
constexpr Slot kAll{1000};  // has applied more than any message tells of

Ballot ballot(std::uint64_t round, ReplicaId replica) { return {round, replica, Incarnation{7}}; }
const Ballot kFirst = ballot(1, kA);
const Ballot kSecond = ballot(2, kB);

Value command(const std::string& text) {
  return {ValueKind::command, {}, {}, Payload::copy_of(std::as_bytes(std::span(text)))};
}

/// A group of three.
class WitnessTest : public ::testing::Test {
 protected:
  void prepares(ReplicaId from, const Ballot& ballot, std::uint64_t start = 1) {
    witness.sent(from, StartNumber{start}, kAll, Prepare{ballot, {}, StartNumber{start}, {}});
  }
  void promises(ReplicaId from, const Ballot& ballot) {
    Promise promise;
    promise.ballot = ballot;
    promise.last = true;
    witness.sent(from, StartNumber{1}, kAll, promise);
  }
  void proposes(const Ballot& ballot, std::uint64_t slot, const std::vector<Value>& values) {
    // So that it has a quorum, of a replica that says nothing else.
    promises(ReplicaId{static_cast<std::uint32_t>(4 + ballot.round % 6)}, ballot);
    const Slot first{slot};
    witness.sent(ballot.replica, StartNumber{1}, kAll,
                 Accept{ballot, Slot{1}, first, Slot{}, LeaseAsk{}, values});
  }
  void accepts(ReplicaId from, const Ballot& ballot, std::uint64_t through) {
    Accepted accepted;
    accepted.ballot = ballot;
    accepted.through = Slot{through};
    witness.sent(from, StartNumber{1}, kAll, accepted);
  }
  void tells_chosen(ReplicaId from, std::uint64_t first, const std::vector<Value>& values) {
    witness.sent(from, StartNumber{1}, kAll, Chosen{Slot{first}, values});
  }
  /// A leader that has applied so much says something.
  void says(ReplicaId from, std::uint64_t applied, const Message& message) {
    witness.sent(from, StartNumber{1}, Slot{applied}, message);
  }
  void expect_clean() { EXPECT_FALSE(verdict.failed()) << verdict.what(); }
  void expect_found(const std::string& what) { EXPECT_THAT(verdict.what(), HasSubstr(what)); }

  Verdict verdict;
  Witness witness{3, verdict};
};

TEST_F(WitnessTest, FindsNothingInACleanExchange) {
  prepares(kA, kFirst);
  prepares(kA, kFirst);  // to the other peer
  promises(kB, kFirst);
  promises(kC, kFirst);
  proposes(kFirst, 1, {command("x"), command("y")});
  proposes(kFirst, 1, {command("x")});  // again
  accepts(kB, kFirst, 1);
  accepts(kC, kFirst, 2);
  accepts(kB, kFirst, 2);
  tells_chosen(kA, 1, {command("x"), command("y")});
  // The next leader keeps what was chosen and puts its own behind.
  prepares(kB, kSecond);
  promises(kA, kSecond);
  proposes(kSecond, 1, {command("x"), command("y"), command("z")});
  accepts(kA, kSecond, 3);
  accepts(kC, kSecond, 3);
  tells_chosen(kC, 2, {command("y"), command("z")});
  expect_clean();
}

// --- Rule 1: words that must be kept.

TEST_F(WitnessTest, FindsALeaderThatHasNoQuorumOfPromises) {
  prepares(kA, kFirst);
  const std::vector<Value> values{command("x")};
  witness.sent(kA, StartNumber{1}, kAll,
               Accept{kFirst, Slot{1}, Slot{1}, Slot{}, LeaseAsk{}, values});
  expect_found("replica 1 leads with ballot 1.1 and 1 promises");
}

TEST_F(WitnessTest, FindsAPromiseBelowAPromise) {
  promises(kC, kSecond);
  promises(kC, kFirst);
  expect_found("replica 3 promises ballot 1.1 after its word on ballot 2.2");
}

TEST_F(WitnessTest, FindsAnAcceptanceBelowAPromise) {
  proposes(kFirst, 1, {command("x")});
  promises(kC, kSecond);
  accepts(kC, kFirst, 1);
  expect_found("replica 3 accepts ballot 1.1 after its word on ballot 2.2");
}

TEST_F(WitnessTest, FindsAPromiseBelowAnAcceptance) {
  accepts(kC, kSecond, 1);
  promises(kC, kFirst);
  expect_found("replica 3 promises ballot 1.1");
}

TEST_F(WitnessTest, HoldsEachReplicaToItsOwnWord) {
  promises(kC, kSecond);
  promises(kB, kFirst);
  expect_clean();
}

TEST_F(WitnessTest, ExcusesWhoLostItsDirectory) {
  promises(kC, kSecond);
  witness.excuse(kC);
  promises(kC, kFirst);
  expect_clean();
}

// --- Rule 2: ballots are new.

TEST_F(WitnessTest, FindsABallotThatALaterStartPreparesAgain) {
  prepares(kA, kFirst, 1);
  prepares(kA, kFirst, 2);
  expect_found("replica 1 prepares ballot 1.1 after ballot 1.1 of an earlier start");
}

TEST_F(WitnessTest, FindsALowerBallotThanAnEarlierOne) {
  prepares(kA, ballot(3, kA));
  prepares(kA, kFirst);
  expect_found("replica 1 prepares ballot 1.1 after ballot 3.1");
}

TEST_F(WitnessTest, FindsABallotBelowTheCandidatesOwnPromise) {
  promises(kA, kSecond);
  prepares(kA, kFirst);
  expect_found("replica 1 prepares ballot 1.1 after its word on ballot 2.2");
}

TEST_F(WitnessTest, LetsALaterStartPrepareAHigherBallot) {
  prepares(kA, kFirst, 1);
  prepares(kA, ballot(2, kA), 2);
  expect_clean();
}

// --- Rule 1: values.

TEST_F(WitnessTest, FindsTwoValuesOfOneBallotAndSlot) {
  proposes(kFirst, 1, {command("x"), command("y")});
  proposes(kFirst, 2, {command("other")});
  expect_found("replica 1 proposes two values in slot 2 under ballot 1.1");
}

TEST_F(WitnessTest, TellsValuesApartByKindSessionAndSequenceToo) {
  const Value plain = command("x");
  for (int what = 0; what < 3; ++what) {
    Verdict found;
    Witness fresh(1, found);
    std::vector<Value> values{plain};
    fresh.sent(kA, StartNumber{1}, kAll, Accept{kFirst, Slot{1}, Slot{1}, {}, {}, values});
    if (what == 0) values[0].kind = ValueKind::open_session;
    if (what == 1) values[0].client = ClientId{5};
    if (what == 2) values[0].sequence = Sequence{5};
    fresh.sent(kA, StartNumber{1}, kAll, Accept{kFirst, Slot{1}, Slot{1}, {}, {}, values});
    EXPECT_THAT(found.what(), HasSubstr("two values in slot 1"));
  }
}

TEST_F(WitnessTest, FindsAProposalAgainstAChoice) {
  proposes(kFirst, 1, {command("x")});
  accepts(kB, kFirst, 1);
  accepts(kC, kFirst, 1);
  proposes(kSecond, 1, {command("other")});
  expect_found(
      "replica 2 proposes another value in slot 1 under ballot 2.2 than the one that was "
      "chosen under ballot 1.1");
}

TEST_F(WitnessTest, LetsAnOlderBallotGoOnInVain) {
  proposes(kSecond, 1, {command("x")});
  accepts(kA, kSecond, 1);
  accepts(kC, kSecond, 1);
  proposes(kFirst, 1, {command("other")});
  expect_clean();
}

TEST_F(WitnessTest, CountsAChoiceFromAQuorumOnly) {
  proposes(kFirst, 1, {command("x"), command("y")});
  accepts(kB, kFirst, 2);
  accepts(kB, kFirst, 2);  // the same once more
  accepts(kC, kFirst, 1);
  proposes(kSecond, 2, {command("other")});
  expect_clean();
  proposes(kSecond, 1, {command("other")});
  expect_found("another value in slot 1");
}

TEST_F(WitnessTest, FindsTwoChoices) {
  proposes(kFirst, 1, {command("x")});
  proposes(kSecond, 1, {command("other")});
  accepts(kB, kFirst, 1);
  accepts(kC, kFirst, 1);
  expect_clean();
  accepts(kA, kSecond, 1);
  accepts(kC, kSecond, 1);
  expect_found("two values are chosen in slot 1: under ballots 1.1 and 2.2");
}

TEST_F(WitnessTest, FindsWhatIsToldAsChosenAndIsNot) {
  proposes(kFirst, 1, {command("x"), command("y")});
  accepts(kB, kFirst, 2);
  accepts(kC, kFirst, 2);
  tells_chosen(kC, 1, {command("x")});
  expect_clean();
  tells_chosen(kC, 1, {command("x"), command("other")});
  expect_found("slot 2 is told as chosen with another value");
}

// --- Rule 4: announced is applied.

TEST_F(WitnessTest, FindsWhatIsToldAsAnnouncedAndNotApplied) {
  Accept accept;
  accept.ballot = kFirst;
  accept.ballot_first = Slot{3};
  accept.first = Slot{9};
  accept.announced = Slot{8};
  Heartbeat heartbeat;
  heartbeat.ballot = kFirst;
  heartbeat.ballot_first = Slot{3};
  heartbeat.announced = Slot{8};
  const Watermark watermark{kFirst, Slot{8}};
  const ReadPointAnswer point{1, 0, Slot{8}};
  const ForwardAnswer answer{1, 0, Token{kFirst, Slot{8}}, {}};
  for (const Message& message : std::vector<Message>{accept, heartbeat, watermark, point, answer}) {
    Verdict found;
    Witness fresh(1, found);
    Accept before = accept;
    before.announced = Slot{2};
    fresh.sent(kA, StartNumber{1}, Slot{}, before);  // so that the ballot is known
    fresh.sent(kA, StartNumber{1}, Slot{8}, message);
    EXPECT_FALSE(found.failed()) << found.what();
    fresh.sent(kA, StartNumber{1}, Slot{7}, message);
    EXPECT_THAT(found.what(), HasSubstr("replica 1 tells of slot 8 as announced and has applied "
                                        "only 7"))
        << "message " << message.index();
  }
}

TEST_F(WitnessTest, WhatWasAnnouncedBeforeABallotMayBeToldUnapplied) {
  Heartbeat heartbeat;
  heartbeat.ballot = kSecond;
  heartbeat.ballot_first = Slot{6};
  heartbeat.announced = Slot{5};
  says(kB, 2, heartbeat);
  expect_clean();
  heartbeat.announced = Slot{6};
  says(kB, 2, heartbeat);
  expect_found("replica 2 tells of slot 6");
}

}  // namespace
}  // namespace decree::sim
