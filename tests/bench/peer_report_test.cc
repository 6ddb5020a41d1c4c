#include "bench/peers/peer_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace decree::bench {
namespace {

using ::testing::HasSubstr;

PeerRow row(const std::string& system, Caller caller, double p50_us) {
  CommitRow commits;
  commits.outstanding = 8;
  commits.payload_bytes = 256;
  commits.commits = 70;
  commits.p50_us = p50_us;
  commits.p99_us = 2 * p50_us;
  commits.p999_us = 3 * p50_us;
  commits.max_us = 4.04 * p50_us;
  commits.commits_per_s = 35;
  commits.cpu_us_per_commit = 12.3456;
  commits.floor_p50_us = 100;
  commits.ratio_p50 = p50_us / 100;
  commits.p50_least_us = p50_us - 1;
  commits.p50_most_us = p50_us + 1;
  return {.system = system, .caller = caller, .commits = commits, .beside = {}, .ratio_beside = 0};
}

std::vector<PeerRow> four_rows() {
  std::vector<PeerRow> rows = {
      row("decree", Caller::in_leader, 200), row("libraft", Caller::in_leader, 500),
      row("decree-kv", Caller::client, 250), row("etcd", Caller::client, 1000)};
  compare(rows);
  return rows;
}

TEST(PeerReport, StandsBesideDecreeWithTheSameKindOfCaller) {
  const std::vector<PeerRow> rows = four_rows();
  EXPECT_EQ(rows[1].beside, "decree");
  EXPECT_DOUBLE_EQ(rows[1].ratio_beside, 2.5);
  EXPECT_EQ(rows[3].beside, "decree-kv");
  EXPECT_DOUBLE_EQ(rows[3].ratio_beside, 4);
  EXPECT_DOUBLE_EQ(rows[0].ratio_beside, 1);
}

TEST(PeerReport, StandsBesideNothingThatWasNotMeasured) {
  std::vector<PeerRow> rows = {row("decree", Caller::in_leader, 200),
                               row("etcd", Caller::client, 1000)};
  compare(rows);
  EXPECT_EQ(rows[1].beside, "");
  EXPECT_FALSE(to_json(rows, {})["peers"][1].contains("ratio_beside"));
}

TEST(PeerReport, TheJsonHasEveryField) {
  const auto json =
      to_json({four_rows()[3]}, {{.system = "etcd", .version = "3.4.23", .repeated_runs = 2}});
  EXPECT_EQ(json.dump(),
            R"({"peers":[{"system":"etcd","caller":"client","outstanding":8,"payload_bytes":256,)"
            R"("commits":70,"p50_us":1000.0,"p99_us":2000.0,"p999_us":3000.0,"max_us":4040.0,)"
            R"("commits_per_s":35.0,"cpu_us_per_commit":12.346,"floor_p50_us":100.0,)"
            R"("ratio_p50":10.0,"p50_least_us":999.0,"p50_most_us":1001.0,)"
            R"("beside":"decree-kv","ratio_beside":4.0}],)"
            R"("versions":{"etcd":"3.4.23"},"repeated_runs":{"etcd":2}})");
}

TEST(PeerReport, TheTableHasOneLineForEachRow) {
  const std::string table = to_table(four_rows());
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 5);
  EXPECT_THAT(table, HasSubstr("libraft   in leader"));
  EXPECT_THAT(table, HasSubstr("(999-1001)"));
  EXPECT_THAT(table, HasSubstr("10.00    4.00\n"));
}

}  // namespace
}  // namespace decree::bench
