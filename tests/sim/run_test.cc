// Whole runs: right machines are clean, wrong ones are found, and each run is what it was.
#include "sim/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "sim/registers.h"
#include "tests/sim/notes_subject.h"

namespace decree::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

RunResult run_seed(std::uint64_t seed, const Subject& subject, std::size_t trace_lines = 0) {
  return run_plan(draw_plan(seed, {}), subject, trace_lines);
}

/// The first failure of a few seeds.
std::string found_in(const Subject& subject) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const std::string failure = run_seed(seed, subject).failure;
    if (!failure.empty()) return failure;
  }
  return {};
}

TEST(Run, IsCleanForARightMachine) {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    const RunResult result = run_seed(seed, Notes());
    EXPECT_THAT(result.failure, IsEmpty()) << "seed " << seed;
    EXPECT_GT(result.operations, 0u);
    EXPECT_GT(result.events, 100u);
    EXPECT_GE(result.virtual_ns, draw_plan(seed, {}).active.ns);
  }
}

TEST(Run, IsTheSameEachTime) {
  std::set<std::uint64_t> digests;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const RunResult one = run_seed(seed, Registers());
    const RunResult other = run_seed(seed, Registers());
    EXPECT_EQ(one.digest, other.digest);
    EXPECT_EQ(one.events, other.events);
    EXPECT_EQ(one.virtual_ns, other.virtual_ns);
    EXPECT_EQ(one.coverage.encode(), other.coverage.encode());
    digests.insert(one.digest);
  }
  EXPECT_EQ(digests.size(), 10u);
}

TEST(Run, IsTheSameWhenItIsTraced) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const RunResult untraced = run_seed(seed, Registers());
    const RunResult traced = run_seed(seed, Registers(), 50);
    EXPECT_EQ(traced.digest, untraced.digest);
    EXPECT_EQ(traced.events, untraced.events);
    EXPECT_THAT(untraced.trace, IsEmpty());
    EXPECT_THAT(traced.trace, HasSubstr("faults end"));
    EXPECT_THAT(traced.trace, HasSubstr("heartbeat"));
  }
}

TEST(Run, CountsWhichFaultMetWhichStage) {
  Coverage all;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) all += run_seed(seed, Notes()).coverage;
  EXPECT_LT(all.gaps().size() + 20, Coverage().gaps().size());
}

// --- Wrong machines.

/// Answers with how many commands all machines of the process have applied.
class SharedCounter final : public Notes {
  class Machine final : public StateMachine {
   public:
    explicit Machine(int& count) : count_(count) {}
    void apply(const Entry& /*entry*/, Reply& reply) override {
      reply.assign(std::to_string(++count_));
    }

    std::unique_ptr<SnapshotView> snapshot() override { return nullptr; }
    void restore(SnapshotReader& /*reader*/) override {}

   private:
    int& count_;
  };

 public:
  std::unique_ptr<StateMachine> make_machine() const override {
    return std::make_unique<Machine>(count_);
  }
  std::string answer(StateMachine& /*machine*/, std::string_view /*query*/) const override {
    return {};
  }
  std::string state(const StateMachine& /*machine*/) const override { return {}; }

 private:
  mutable int count_ = 0;
};

TEST(Run, FindsAReplyThatIsNotTheMachines) {
  EXPECT_THAT(found_in(SharedCounter()), HasSubstr("a machine that applies the same"));
}

/// Every third machine forgets a command now and then, and its replies do not show it.
class Forgetful final : public Notes {
 public:
  std::unique_ptr<StateMachine> make_machine() const override {
    if (++made_ % 3 != 0) return std::make_unique<Quiet>();
    return std::make_unique<Quiet>([](const Entry& entry) { return entry.slot.value % 16 != 0; });
  }

 private:
  class Quiet final : public Notebook {
   public:
    using Notebook::Notebook;
    void apply(const Entry& entry, Reply& reply) override {
      Notebook::apply(entry, reply);
      reply.assign("noted");
    }
  };
  mutable int made_ = 0;
};

TEST(Run, FindsAMachineThatForgets) {
  EXPECT_THAT(found_in(Forgetful()), HasSubstr("of another that applied the same"));
}

/// Answers one question in fifty with what is not there yet.
class Clairvoyant final : public Notes {
 public:
  std::string answer(StateMachine& machine, std::string_view query) const override {
    return Notes::answer(machine, query) + (++asked_ % 50 == 0 ? "?" : "");
  }

 private:
  mutable int asked_ = 0;
};

TEST(Run, FindsAReadOfWhatTheMachineDoesNotHold) {
  EXPECT_THAT(found_in(Clairvoyant()), HasSubstr("but the commands through there make it"));
}

/// Reads what was there at the beginning.
class StaleReads final : public Subject {
 public:
  std::unique_ptr<StateMachine> make_machine() const override { return right_.make_machine(); }
  std::string next_command(Random& random) const override { return right_.next_command(random); }
  std::string next_query(Random& random) const override { return right_.next_query(random); }
  std::string answer(StateMachine& /*machine*/, std::string_view query) const override {
    const auto fresh = right_.make_machine();
    return right_.answer(*fresh, query);
  }
  std::string state(const StateMachine& machine) const override { return right_.state(machine); }
  std::string judge(std::span<const Call> calls) const override { return right_.judge(calls); }

 private:
  Registers right_;
};

TEST(Run, FindsReadsThatAreStale) {
  EXPECT_THAT(found_in(StaleReads()), HasSubstr("not linearizable"));
}

/// Sees a rule of its own broken.
class Strict final : public Notes {
 public:
  std::string check(const StateMachine& machine) const override {
    return state(machine).size() > 30 ? "more than 30 letters" : "";
  }
};

TEST(Run, FindsAStateThatTheSubjectObjectsTo) {
  EXPECT_THAT(found_in(Strict()), HasSubstr("more than 30 letters"));
}

/// Wants to see each call, and what the clients were told.
class Judge final : public Notes {
 public:
  std::string judge(std::span<const Call> calls) const override {
    for (const Call& call : calls) {
      const bool told = call.outcome != Call::Outcome::done || call.kind != Call::Kind::write ||
                        call.returned_ns > call.invoked_ns;
      if (call.kind == Call::Kind::local_read || !told || call.client == 0) return "a bad call";
      ++seen.at(static_cast<std::size_t>(call.outcome));
    }
    return {};
  }
  mutable std::array<std::uint64_t, 3> seen{};
};

TEST(Run, ShowsTheSubjectWhatClientsSaw) {
  const Judge judge;
  std::uint64_t operations = 0;
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    const RunResult result = run_seed(seed, judge);
    EXPECT_THAT(result.failure, IsEmpty());
    operations += result.operations;
  }
  for (const std::uint64_t outcome : judge.seen) EXPECT_GT(outcome, 0u);
  EXPECT_LE(judge.seen[0], operations);
}

}  // namespace
}  // namespace decree::sim
