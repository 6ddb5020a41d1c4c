// What replicas show of their decisions, the same everywhere or not.
#include "sim/chronicle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/sim/notes_subject.h"

namespace decree::sim {
namespace {

using ::testing::HasSubstr;

constexpr ReplicaId kA{1};
constexpr ReplicaId kB{2};

class ChronicleTest : public ::testing::Test {
 protected:
  void expect_clean() { EXPECT_FALSE(verdict.failed()) << verdict.what(); }
  void expect_found(const std::string& what) { EXPECT_THAT(verdict.what(), HasSubstr(what)); }

  Notes subject;
  Verdict verdict;
  Chronicle chronicle{subject, verdict};
};

TEST_F(ChronicleTest, FindsNothingWhereAllAgree) {
  for (const ReplicaId each : {kA, kB, kA}) {  // the last once more, after a restart
    Notebook machine;
    Reply reply;
    for (std::uint64_t slot = 2; slot < 5; ++slot) {  // slot 1 is a no-op
      const std::string text = std::to_string(slot);
      machine.apply(Entry{Slot{slot}, {}, std::as_bytes(std::span(text))}, reply);
      chronicle.applied(each, Slot{slot}, 100 + slot, text, reply.text());
      chronicle.digest(each, Slot{slot}, slot * 7);
      chronicle.state(each, Slot{slot}, machine);
    }
  }
  expect_clean();
  EXPECT_EQ(chronicle.end(), Slot{4});
  EXPECT_EQ(chronicle.slot_of(103), Slot{3});
  EXPECT_EQ(chronicle.slot_of(999), Slot{});
  EXPECT_EQ(chronicle.reply_of(104), "23");
}

TEST_F(ChronicleTest, FindsACommandThatIsAppliedTwice) {
  chronicle.applied(kA, Slot{1}, 100, "x", "");
  chronicle.applied(kA, Slot{2}, 100, "x", "x");
  expect_found("command 100 is applied in slot 1 and again in slot 2");
}

TEST_F(ChronicleTest, FindsAnotherCommandInASlot) {
  chronicle.applied(kA, Slot{1}, 100, "x", "");
  chronicle.applied(kB, Slot{1}, 101, "x", "");
  expect_found("slot 1 holds command 101 at replica 2, and 100 elsewhere");
}

TEST_F(ChronicleTest, FindsOtherBytesOfACommand) {
  chronicle.applied(kA, Slot{1}, 100, "x", "");
  chronicle.applied(kB, Slot{1}, 100, "y", "");
  expect_found("slot 1 holds command 100 at replica 2");
}

TEST_F(ChronicleTest, FindsAReplyThatAMachineAloneDoesNotGive) {
  chronicle.applied(kA, Slot{1}, 100, "x", "");
  chronicle.applied(kA, Slot{2}, 101, "y", "z");
  expect_found(
      "replica 1 answers command 101 in slot 2 with \"z\"; a machine that applies the same "
      "commands alone answers \"x\"");
}

TEST_F(ChronicleTest, FindsAReplyThatDiffersAtASecondReplica) {
  chronicle.applied(kA, Slot{1}, 100, "x", "");
  expect_clean();
  chronicle.applied(kB, Slot{1}, 100, "x", "other");
  expect_found("replica 2 answers command 100 in slot 1 with \"other\"");
}

TEST_F(ChronicleTest, FindsACommandWhereOthersHadNone) {
  chronicle.digest(kA, Slot{3}, 7);  // no-ops
  chronicle.applied(kB, Slot{3}, 100, "x", "");
  expect_found("replica 2 applies a command in slot 3, where others applied none");
}

TEST_F(ChronicleTest, FindsACommandInAGapThatOthersPassed) {
  chronicle.applied(kA, Slot{1}, 100, "x", "");
  chronicle.applied(kA, Slot{3}, 101, "y", "x");
  chronicle.applied(kB, Slot{2}, 102, "z", "x");
  expect_found("replica 2 applies a command in slot 2, where others applied none");
}

TEST_F(ChronicleTest, FindsAnotherDigest) {
  chronicle.digest(kA, Slot{3}, 7);
  chronicle.digest(kB, Slot{2}, 8);
  chronicle.digest(kB, Slot{3}, 7);
  expect_clean();
  chronicle.digest(kB, Slot{2}, 9);
  expect_found("replica 2 has applied other values through slot 2 than another");
}

TEST_F(ChronicleTest, FindsAnotherState) {
  const Notebook empty;
  Notebook full;
  Reply reply;
  full.apply(Entry{Slot{1}, {}, std::as_bytes(std::span("x", 1))}, reply);
  chronicle.state(kA, Slot{1}, full);
  chronicle.state(kB, Slot{0}, empty);
  expect_clean();
  chronicle.state(kB, Slot{1}, empty);
  expect_found("after slot 1 the state of replica 2 is");
}

TEST_F(ChronicleTest, AsksTheSubjectAboutEachState) {
  class Picky final : public Notes {
    [[nodiscard]] std::string check(const StateMachine& machine) const override {
      return state(machine) == "xy" ? "xy is wrong" : "";
    }
  } const picky;
  Chronicle strict(picky, verdict);
  strict.applied(kA, Slot{1}, 100, "x", "");
  expect_clean();
  strict.applied(kA, Slot{2}, 101, "y", "x");
  expect_found("after slot 2: xy is wrong");
}

}  // namespace
}  // namespace decree::sim
