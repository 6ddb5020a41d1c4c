// Failing runs made smaller.
#include "sim/shrink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "tests/sim/notes_subject.h"

namespace decree::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The faults that happen in a run of this shape.
std::ptrdiff_t faults_of(std::uint64_t seed, const Shape& shape) {
  const Plan plan = draw_plan(seed, shape);
  return std::count_if(plan.faults.begin(), plan.faults.end(),
                       [&](const Fault& fault) { return fault.at < plan.active; });
}

/// A plan with some clients and some faults, few enough for a short run.
std::uint64_t seed_to_shrink() {
  for (std::uint64_t seed = 1;; ++seed) {
    const Plan plan = draw_plan(seed, {});
    if (plan.clients >= 4 && plan.faults.size() >= 5 && plan.faults.size() <= 12) return seed;
  }
}

/// Most letters must not be noted, so that it takes no more than one client to do so.
class Forbidding final : public Notes {
  std::string check(const StateMachine& machine) const override {
    const bool forbidden = state(machine).find_first_not_of("xyz") != std::string::npos;
    return forbidden ? "this must not\nbe noted" : "";
  }
};

TEST(Shrink, LeavesOutWhatTheFailureDoesNotNeed) {
  const std::uint64_t seed = seed_to_shrink();
  const Shrunk shrunk = shrink(seed, {}, Forbidding());
  EXPECT_THAT(shrunk.failure, HasSubstr("this must not\nbe noted"));
  EXPECT_EQ(faults_of(seed, shrunk.shape), 0);
  EXPECT_EQ(shrunk.shape.clients, 1u);
  EXPECT_TRUE(shrunk.shape.calm_network);
  EXPECT_TRUE(shrunk.shape.calm_disk);
  EXPECT_LT(shrunk.shape.active, draw_plan(seed, {}).active);
  EXPECT_GT(shrunk.shape.active.ns, 0);
  EXPECT_LE(shrunk.runs, 300u);
}

/// Fails once any replica has started again, which no run without faults does.
class NoRestarts final : public Notes {
 public:
  explicit NoRestarts(std::uint64_t replicas) : machines_(replicas + 1) {}
  std::unique_ptr<StateMachine> make_machine() const override {
    ++made_;
    return Notes::make_machine();
  }
  std::string check(const StateMachine& /*machine*/) const override {
    return made_ > machines_ ? "a replica has started again" : "";
  }

 private:
  std::uint64_t machines_;
  mutable std::uint64_t made_ = 0;
};

std::uint64_t seed_with_restarts() {
  for (std::uint64_t seed = seed_to_shrink();; ++seed) {
    const Plan plan = draw_plan(seed, {});
    const auto crashes =
        std::count_if(plan.faults.begin(), plan.faults.end(), [](const Fault& fault) {
          return fault.kind == FaultKind::crash && !fault.when && fault.at > Duration::millis(100);
        });
    if (crashes >= 2 && plan.faults.size() >= 5 && plan.faults.size() <= 15) return seed;
  }
}

TEST(Shrink, KeepsTheFaultThatTheFailureNeeds) {
  const std::uint64_t seed = seed_with_restarts();
  const Shrunk shrunk = shrink(seed, {}, NoRestarts(draw_plan(seed, {}).replicas));
  EXPECT_THAT(shrunk.failure, HasSubstr("a replica has started again"));
  EXPECT_EQ(faults_of(seed, shrunk.shape), 1);
  // What it says can be run again, which is what the shape is for.
  const Shrunk again = shrink(seed, shrunk.shape, NoRestarts(draw_plan(seed, {}).replicas));
  EXPECT_EQ(again.failure, shrunk.failure);
}

TEST(Shrink, SaysSoWhenTheRunDoesNotFail) {
  const Shrunk shrunk = shrink(seed_to_shrink(), {}, Notes());
  EXPECT_THAT(shrunk.failure, IsEmpty());
  EXPECT_EQ(shrunk.runs, 1u);
}

}  // namespace
}  // namespace decree::sim
