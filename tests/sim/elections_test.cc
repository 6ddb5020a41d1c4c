// What is known of the three algorithms that are compared.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "sim/elections/comparison.h"
#include "sim/elections/scenario.h"

namespace decree::sim::elections {
namespace {

constexpr std::uint64_t kSeeds = 100;

std::vector<Outcome> outcomes(const std::string& name, const MakeDetector& make) {
  const auto scenario = std::ranges::find(scenarios(), name, &Scenario::name);
  std::vector<Outcome> all;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) all.push_back(run(*scenario, make, seed));
  return all;
}

double slowest(const std::vector<Outcome>& all) {
  const bool none = std::ranges::any_of(all, [](const Outcome& each) { return each.timeouts < 0; });
  return none ? HUGE_VAL : std::ranges::max(all, {}, &Outcome::timeouts).timeouts;
}

double most_changes(const std::vector<Outcome>& all) {
  return std::ranges::max(all, {}, &Outcome::changes).changes;
}

bool never_elects(const std::vector<Outcome>& all) {
  return std::ranges::all_of(all, [](const Outcome& each) { return each.timeouts < 0; });
}

TEST(Elections, OmegaElectsInEveryScenario) {
  for (const Scenario& scenario : scenarios()) {
    if (scenario.meanwhile || scenario.heavy_tail) continue;
    const std::vector<Outcome> all = outcomes(scenario.name, make_omega);
    EXPECT_LT(slowest(all), 6) << scenario.name;
    EXPECT_EQ(most_changes(all), 0) << scenario.name;
  }
}

TEST(Elections, NobodyWhoComesBackUnseatsTheLeaderOfOmega) {
  EXPECT_EQ(slowest(outcomes("follower was cut off", make_omega)), 0);
  EXPECT_GT(most_changes(outcomes("follower was cut off", make_randomised)), 0);
}

TEST(Elections, AnIdleLeaderSendsOnItsOwnLinksOnly) {
  // A heartbeat to each of two or four followers, and their answers.
  for (const Outcome& each : outcomes("follower restarts", make_omega)) {
    EXPECT_TRUE(std::abs(each.messages_per_s - 80) < 4 || std::abs(each.messages_per_s - 160) < 8)
        << each.messages_per_s;
  }
}

TEST(Elections, PlainOnesFailInPartialPartitions) {
  EXPECT_TRUE(never_elects(outcomes("chain", make_randomised)));
  EXPECT_TRUE(never_elects(outcomes("constrained", make_randomised)));
  EXPECT_TRUE(never_elects(outcomes("leader hears nobody", make_randomised)));
  EXPECT_TRUE(never_elects(outcomes("one-way link", make_bully)));
}

TEST(Elections, AllOfThemReplaceALeaderThatCrashed) {
  for (const MakeDetector& make :
       {MakeDetector(make_omega), MakeDetector(make_randomised), MakeDetector(make_bully)}) {
    EXPECT_LT(slowest(outcomes("leader crashes", make)), 6);
  }
}

TEST(Elections, TheSameSeedsGiveTheSameTable) {
  const std::string one = to_json(compare({.seeds = 20, .from = 7}));
  EXPECT_EQ(to_json(compare({.seeds = 20, .from = 7})), one);
  EXPECT_NE(to_json(compare({.seeds = 20, .from = 70})), one);
}

}  // namespace
}  // namespace decree::sim::elections
