#include "bench/hand_over_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decree::bench {
namespace {

using ::testing::HasSubstr;

PauseRow row_of(std::vector<double> pauses_ms) {
  return summarize({.event = "hand-over",
                    .pauses_ms = std::move(pauses_ms),
                    .calm_ms = 0.25,
                    .load = {.acknowledged = 1000, .unknown = 1, .refused = 2, .lost = 3}},
                   0.2);
}

TEST(HandOverReport, SummarizesPausesInAnyOrder) {
  const PauseRow row = row_of({0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.6, 0.4, 0.5, 4});
  EXPECT_EQ(row.times, 10U);
  EXPECT_DOUBLE_EQ(row.least_ms, 0.1);
  EXPECT_DOUBLE_EQ(row.median_ms, 0.55);
  EXPECT_DOUBLE_EQ(row.p90_ms, 0.9);
  EXPECT_DOUBLE_EQ(row.max_ms, 4);
  EXPECT_DOUBLE_EQ(row.ratio, 0.55 / 0.2);
}

TEST(HandOverReport, SaysItInJsonAndForPeople) {
  const std::vector<PauseRow> rows{row_of({0.6})};
  EXPECT_EQ(to_json(rows).dump(),
            R"({"hand-over":[{"event":"hand-over","times":1,"least_ms":0.6,"median_ms":0.6,)"
            R"("p90_ms":0.6,"max_ms":0.6,"calm_ms":0.25,"floor_ms":0.2,"ratio":3.0,)"
            R"("acknowledged":1000,"refused":2,"unknown":1,"lost":3}]})");
  EXPECT_THAT(to_table(rows), HasSubstr("hand-over"));
}

}  // namespace
}  // namespace decree::bench
