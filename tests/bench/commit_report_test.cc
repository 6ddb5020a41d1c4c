#include "bench/commit_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace decree::bench {
namespace {

Measurement measured(double p50_us, std::uint64_t commits) {
  return {.load = {.commits = commits,
                   .elapsed_us = 1e6,
                   .p50_us = p50_us,
                   .p99_us = 2 * p50_us,
                   .p999_us = 3 * p50_us,
                   .max_us = 10 * p50_us,
                   .percentiles_us = std::vector<double>(kFractions.size(), p50_us),
                   .stages_us = {},
                   .problem = {}},
          .cpu_us_per_commit = p50_us / 10};
}

CommitRow three_rounds() {
  const std::vector<Round> rounds = {
      {.engine = measured(300, 30), .floors = {measured(200, 50), measured(90, 1)}},
      {.engine = measured(900, 10), .floors = {measured(210, 49), measured(500, 2)}},
      {.engine = measured(320, 29), .floors = {measured(160, 60), measured(600, 3)}},
  };
  return summarize(3, {.outstanding = 8, .payload_bytes = 256, .seconds = 1}, rounds,
                   {"blocking", "polling"});
}

TEST(CommitReport, TakesMediansAndTheWorstMaximum) {
  const CommitRow row = three_rounds();
  EXPECT_EQ(row.commits, 69U);
  EXPECT_DOUBLE_EQ(row.p50_us, 320);
  EXPECT_DOUBLE_EQ(row.p99_us, 640);
  EXPECT_DOUBLE_EQ(row.p999_us, 960);
  EXPECT_DOUBLE_EQ(row.max_us, 9000);
  EXPECT_DOUBLE_EQ(row.commits_per_s, 29);
  EXPECT_DOUBLE_EQ(row.cpu_us_per_commit, 32);
  EXPECT_DOUBLE_EQ(row.p50_least_us, 300);
  EXPECT_DOUBLE_EQ(row.p50_most_us, 900);
  EXPECT_EQ(row.percentiles_us, std::vector<double>(kFractions.size(), 320));
}

TEST(CommitReport, TheFloorIsTheVariantWithTheBetterMedian) {
  const CommitRow row = three_rounds();
  EXPECT_EQ(row.floor_variant, "blocking");
  EXPECT_DOUBLE_EQ(row.floor_p50_us, 200);
  EXPECT_DOUBLE_EQ(row.other_floor_p50_us, 500);
  EXPECT_DOUBLE_EQ(row.floor_p99_us, 400);
  EXPECT_DOUBLE_EQ(row.ratio_p50, 1.6);
}

TEST(CommitReport, ALaterVariantCanBeTheFloor) {
  const std::vector<Round> rounds = {
      {.engine = measured(300, 30), .floors = {measured(200, 50), measured(150, 60)}}};
  const CommitRow row = summarize(3, {}, rounds, {"blocking", "polling"});
  EXPECT_EQ(row.floor_variant, "polling");
  EXPECT_DOUBLE_EQ(row.other_floor_p50_us, 200);
  EXPECT_DOUBLE_EQ(row.ratio_p50, 2);
}

TEST(CommitReport, TheMedianOfTwoRoundsIsBetweenThem) {
  const std::vector<Round> rounds = {{.engine = measured(300, 30), .floors = {measured(100, 50)}},
                                     {.engine = measured(500, 10), .floors = {measured(300, 49)}}};
  const CommitRow row = summarize(3, {}, rounds, {"blocking"});
  EXPECT_DOUBLE_EQ(row.p50_us, 400);
  EXPECT_DOUBLE_EQ(row.floor_p50_us, 200);
}

TEST(CommitReport, TheJsonHasEveryField) {
  const auto json = to_json("latency", {three_rounds()});
  EXPECT_EQ(
      json.dump(),
      R"({"latency":[{"replicas":3,"outstanding":8,"payload_bytes":256,"commits":69,"p50_us":320.0,)"
      R"("p99_us":640.0,"p999_us":960.0,"max_us":9000.0,"commits_per_s":29.0,)"
      R"("floor_p50_us":200.0,"floor_p99_us":400.0,"floor_p999_us":600.0,)"
      R"("floor_commits_per_s":50.0,"ratio_p50":1.6,)"
      R"("cpu_us_per_commit":32.0,"cores_busy":0.0,"floor_variant":"blocking",)"
      R"("other_floor_p50_us":500.0,"ratio_commits":0.58}]})");
}

TEST(CommitReport, TheTableHasOneLineForEachSetting) {
  const std::string table = to_table({three_rounds(), three_rounds()});
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 4);
  EXPECT_THAT(table, testing::HasSubstr("(300-900)"));
  EXPECT_THAT(table, testing::HasSubstr("blocking"));
  EXPECT_THAT(table, testing::HasSubstr("1.60"));
}

TEST(CommitReport, AnOpenLoopHasItsOwnPaceAndNoRatioOfIt) {
  CommitRow row = three_rounds();
  row.ratio_commits = 652.0801;
  EXPECT_THAT(to_table({row}), testing::HasSubstr(" 652.08\n"));
  row.rate_per_s = 1000;
  EXPECT_THAT(to_table({row}), testing::Not(testing::HasSubstr("652")));
  EXPECT_FALSE(to_json("throughput", {row})["throughput"][0].contains("ratio_commits"));
}

TEST(CommitReport, TheFloorUnderTheLoadOfAnOpenLoopStandsBesideIt) {
  const Round round{
      .engine = measured(300, 30), .floors = {measured(100, 50)}, .open_floor = measured(200, 30)};
  const CommitRow row =
      summarize(3, {.outstanding = 0, .payload_bytes = 256, .seconds = 1, .rate_per_s = 30},
                {round}, {"blocking"});
  EXPECT_DOUBLE_EQ(row.floor_p50_us, 100);
  EXPECT_THAT(to_table({row}),
              testing::HasSubstr("p99.9 is 9.0 floors; the floor under that load: p50 200, "
                                 "p99 400, p99.9 600 us, 6.0 floors\n"));
  EXPECT_EQ(to_json("throughput", {row})["throughput"][0]["open_floor_p999_us"], 600.0);
}

}  // namespace
}  // namespace decree::bench
