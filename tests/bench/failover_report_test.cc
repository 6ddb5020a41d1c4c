#include "bench/failover_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace decree::bench {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kMs = 1'000'000;

/// What a survivor saw that was killed's follower from 0 on; the kill is at 100 ms.
SessionLoadState survivor(std::int64_t proposed_ms, std::int64_t next_ms, std::int64_t led_ms) {
  SessionLoadState state;
  state.proposed_ns = proposed_ms * kMs;
  state.next_ns = next_ms * kMs;
  state.led_ns = led_ms * kMs;
  state.longest_gap_ns = (next_ms - proposed_ms) * kMs;
  return state;
}

FailoverRun run_of(const std::vector<double>& times) {
  FailoverRun run;
  run.settings = "default";
  for (const double time : times) {
    run.kills.push_back(
        {.ms = time, .gap_ms = time + 1, .floor_ms = time / 2, .gone_ms = time / 10});
  }
  run.leased = 0.98765;
  run.acknowledged = 1000;
  run.unknown = 8;
  run.moved = 2;
  return run;
}

TEST(Failover, TheNextWriteIsTheFirstAtAnySurvivor) {
  const auto kill =
      kill_of({survivor(98, 230, 210), survivor(99, 220, 0)}, 100 * kMs, 103 * kMs, 0);
  ASSERT_TRUE(kill);
  EXPECT_DOUBLE_EQ(kill->ms, 120);
  EXPECT_DOUBLE_EQ(kill->gone_ms, 3);
}

TEST(Failover, TheGapIsThatOfTheSurvivorThatWaitedLonger) {
  const auto kill =
      kill_of({survivor(98, 230, 210), survivor(99, 220, 0)}, 100 * kMs, 103 * kMs, 0);
  ASSERT_TRUE(kill);
  EXPECT_DOUBLE_EQ(kill->gap_ms, 132);
}

TEST(Failover, TheFloorIsWhatRemainsOfTheNewestLease) {
  const std::vector<SessionLoadState> survivors = {survivor(98, 230, 210), survivor(95, 220, 0)};
  EXPECT_DOUBLE_EQ(kill_of(survivors, 100 * kMs, 103 * kMs, 100'000)->floor_ms, 98);
  EXPECT_DOUBLE_EQ(kill_of(survivors, 100 * kMs, 103 * kMs, 2'000)->floor_ms, 0);
  EXPECT_DOUBLE_EQ(kill_of(survivors, 100 * kMs, 103 * kMs, 0)->floor_ms, 0);
}

TEST(Failover, AKillWithoutAnElectionAfterItDoesNotCount) {
  EXPECT_FALSE(kill_of({survivor(98, 101, 99), survivor(98, 102, 0)}, 100 * kMs, 103 * kMs, 0));
  // Acknowledged before the election: by another that led already.
  EXPECT_FALSE(kill_of({survivor(98, 101, 150), survivor(98, 160, 0)}, 100 * kMs, 103 * kMs, 0));
}

TEST(Failover, SummarizesTheKills) {
  const FailoverRow row = summarize(run_of({90, 10, 80, 20, 70, 30, 60, 40, 50, 400}));
  EXPECT_EQ(row.kills, 10U);
  EXPECT_DOUBLE_EQ(row.least_ms, 10);
  EXPECT_DOUBLE_EQ(row.median_ms, 55);
  EXPECT_DOUBLE_EQ(row.p90_ms, 90);
  EXPECT_DOUBLE_EQ(row.max_ms, 400);
  EXPECT_DOUBLE_EQ(row.gap_max_ms, 401);
  EXPECT_DOUBLE_EQ(row.floor_ms, 27.5);
  EXPECT_DOUBLE_EQ(row.ratio, 2);
  EXPECT_DOUBLE_EQ(row.gone_ms, 5.5);
}

TEST(Failover, OneKillIsEveryQuantile) {
  const FailoverRow row = summarize(run_of({12}));
  EXPECT_DOUBLE_EQ(row.least_ms, 12);
  EXPECT_DOUBLE_EQ(row.median_ms, 12);
  EXPECT_DOUBLE_EQ(row.p90_ms, 12);
  EXPECT_DOUBLE_EQ(row.max_ms, 12);
}

TEST(Failover, WithoutAFloorThereIsNoRatio) {
  FailoverRun run = run_of({12});
  run.kills.front().floor_ms = 0;
  EXPECT_DOUBLE_EQ(summarize(run).ratio, 0);
}

TEST(Failover, TheJsonHasEveryField) {
  FailoverRun run = run_of({12.3456, 20});
  run.lost = 3;
  EXPECT_EQ(
      to_json({summarize(run)}).dump(),
      R"({"failover":[{"settings":"default","kills":2,"median_ms":16.17,"p90_ms":20.0,)"
      R"("max_ms":20.0,"least_ms":12.35,"gap_max_ms":21.0,"floor_ms":8.09,"ratio":2.0,)"
      R"("gone_ms":1.62,"leased":0.9877,"heartbeat_us":50000,"suspect_us":150000,"lease_us":100000,)"
      R"("acknowledged":1000,"unknown":8,"moved":2,"lost":3}]})");
}

TEST(Failover, TheTableHasOneLineForEachSetting) {
  const std::string table = to_table({summarize(run_of({12.34})), summarize(run_of({56.78}))});
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 4);
  EXPECT_THAT(table, HasSubstr(" 12.3 "));
  EXPECT_THAT(table, HasSubstr(" 56.8 "));
  EXPECT_THAT(table, HasSubstr(" 98.77 % "));
}

TEST(Failover, DrawsHowManyKillsWereOverByWhen) {
  const std::string script = plot_script("out.svg", {run_of({20, 10}), run_of({5})});
  EXPECT_THAT(script, HasSubstr("set output 'out.svg'"));
  EXPECT_THAT(script, HasSubstr("$default << EOD\n0 0\n10 50\n20 100\nEOD\n"));
  EXPECT_THAT(script, HasSubstr("using 1:2 with steps"));
}

}  // namespace
}  // namespace decree::bench
