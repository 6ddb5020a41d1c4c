// What follows from a seed, and what a shape changes of it.
#include "sim/plan.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace decree::sim {
namespace {

using ::testing::ElementsAreArray;

std::string text_of(const Fault& fault) {
  const int stage = fault.when ? static_cast<int>(*fault.when) : -1;
  return fmt::format("{} at {} for {} of {} when {} draw {}", name_of(fault.kind), fault.at.ns,
                     fault.lasts.ns, fault.replica.value, stage, fault.draw);
}

std::vector<std::string> faults_of(const Plan& plan) {
  std::vector<std::string> texts;
  for (const Fault& fault : plan.faults) texts.push_back(text_of(fault));
  return texts;
}

std::string text_of(const Plan& plan) {
  return fmt::format("{}{}\n{} {} {} {} {}\n{}", describe(plan), fmt::join(faults_of(plan), "\n"),
                     plan.think.ns, plan.session_ppm, plan.read_ppm, plan.local_read_ppm,
                     plan.turn_cost.ns, fmt::join(plan.clock_ppm, " "));
}

/// A plan with many faults, so that some can be left out.
std::uint64_t busy_seed() {
  for (std::uint64_t seed = 1;; ++seed) {
    if (draw_plan(seed, {}).faults.size() >= 8) return seed;
  }
}

TEST(Plan, FollowsFromItsSeed) {
  std::set<std::string> plans;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Plan plan = draw_plan(seed, {});
    EXPECT_EQ(plan.seed, seed);
    EXPECT_EQ(text_of(draw_plan(seed, {})), text_of(plan));
    plans.insert(text_of(plan));
  }
  EXPECT_EQ(plans.size(), 100u);
}

TEST(Plan, IsOneThatCanBeRun) {
  std::set<std::uint32_t> sizes;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const Plan plan = draw_plan(seed, {});
    sizes.insert(plan.replicas);
    ASSERT_EQ(plan.options.members.size(), plan.replicas);
    ASSERT_EQ(plan.clock_ppm.size(), plan.replicas);
    ASSERT_EQ(plan.lease.size(), plan.replicas);
    for (std::size_t i = 0; i < plan.replicas; ++i) {
      ASSERT_LE(std::abs(plan.clock_ppm[i]), std::int64_t{plan.lease[i].clock_rate_error_ppm});
    }
    Duration last;
    for (const Fault& fault : plan.faults) {
      ASSERT_GE(fault.replica.value, 1u);
      ASSERT_LE(fault.replica.value, plan.replicas);
      ASSERT_GE(fault.at, last) << "in the order of time";
      ASSERT_LT(fault.at, plan.active);
      last = fault.at;
    }
  }
  EXPECT_EQ(sizes, (std::set<std::uint32_t>{1, 2, 3, 4, 5, 7}));
}

TEST(Plan, DrawsEachKindOfFault) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    for (const Fault& fault : draw_plan(seed, {}).faults) seen.insert(name_of(fault.kind));
  }
  EXPECT_EQ(seen.size(), kFaultKinds);
}

TEST(Plan, LeavesOutExactlyTheFaultsItIsTold) {
  const std::uint64_t seed = busy_seed();
  const std::vector<std::string> all = faults_of(draw_plan(seed, {}));
  const std::vector<std::size_t> without{0, 2, 3, all.size() - 1};
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (std::find(without.begin(), without.end(), i) == without.end()) expected.push_back(all[i]);
  }
  Shape shape;
  shape.without = without;
  EXPECT_THAT(faults_of(draw_plan(seed, shape)), ElementsAreArray(expected));
}

TEST(Plan, LeavesOutAFaultOnceAndNoneThatIsNotThere) {
  const std::uint64_t seed = busy_seed();
  const std::vector<std::string> all = faults_of(draw_plan(seed, {}));
  Shape shape;
  shape.without = {1, 1, all.size(), 1'000'000};
  std::vector<std::string> expected = all;
  expected.erase(expected.begin() + 1);
  EXPECT_THAT(faults_of(draw_plan(seed, shape)), ElementsAreArray(expected));
}

TEST(Plan, TakesWhatAShapeSays) {
  const std::uint64_t seed = busy_seed();
  Shape shape;
  shape.replicas = 9;
  shape.clients = 33;
  shape.active = Duration::millis(17);
  const Plan plan = draw_plan(seed, shape);
  EXPECT_EQ(plan.replicas, 9u);
  EXPECT_EQ(plan.options.members.size(), 9u);
  EXPECT_EQ(plan.clock_ppm.size(), 9u);
  EXPECT_EQ(plan.clients, 33u);
  EXPECT_EQ(plan.active, Duration::millis(17));
}

// A fault that is left out is named by its place, which must not move as a run is made smaller.
TEST(Plan, KeepsItsFaultsWhateverElseAShapeSays) {
  const std::uint64_t seed = busy_seed();
  const std::vector<std::string> all = faults_of(draw_plan(seed, {}));
  Shape shape;
  shape.clients = 1;
  shape.active = Duration::millis(1);
  shape.calm_network = shape.calm_disk = true;
  EXPECT_THAT(faults_of(draw_plan(seed, shape)), ElementsAreArray(all));
}

TEST(Plan, CalmsTheNetworkOrTheDisk) {
  bool network_matters = false;
  bool disk_matters = false;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Plan plan = draw_plan(seed, {});
    Shape shape;
    shape.calm_network = true;
    const Plan calm_network = draw_plan(seed, shape);
    EXPECT_EQ(calm_network.network.loss_ppm, NetworkMood{}.loss_ppm);
    EXPECT_EQ(calm_network.network.duplicate_ppm, NetworkMood{}.duplicate_ppm);
    EXPECT_EQ(calm_network.network.latency, NetworkMood{}.latency);
    EXPECT_EQ(calm_network.disk.latency, plan.disk.latency);
    shape = {};
    shape.calm_disk = true;
    const Plan calm_disk = draw_plan(seed, shape);
    EXPECT_EQ(calm_disk.disk.tail_ppm, DiskMood{}.tail_ppm);
    EXPECT_EQ(calm_disk.disk.latency, DiskMood{}.latency);
    EXPECT_EQ(calm_disk.network.latency, plan.network.latency);
    network_matters = network_matters || plan.network.loss_ppm != 0;
    disk_matters = disk_matters || plan.disk.tail_ppm != 0;
  }
  EXPECT_TRUE(network_matters && disk_matters);
}

TEST(Plan, DescribesTheFaultsThatWillHappen) {
  const std::uint64_t seed = busy_seed();
  Shape shape;
  const auto lines = [&] {
    const std::string text = describe(draw_plan(seed, shape));
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_EQ(lines(), 3 + static_cast<std::ptrdiff_t>(draw_plan(seed, {}).faults.size()));
  shape.active = Duration{1};
  EXPECT_LE(lines(), 4);
}

}  // namespace
}  // namespace decree::sim
