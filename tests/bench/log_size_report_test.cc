#include "bench/log_size_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decree::bench {
namespace {

using ::testing::HasSubstr;

TEST(LogSizeReport, SaysItInJsonAndForPeople) {
  const std::vector<LogSizeRow> rows{{.log_bytes = 3u << 20,
                                      .p50_us = 150,
                                      .p99_us = 300,
                                      .floor_us = 100,
                                      .start_s = 0.5,
                                      .read_s = 0.4}};
  EXPECT_EQ(to_json(rows).dump(),
            R"({"log-size":[{"log_bytes":3145728,"p50_us":150.0,"p99_us":300.0,"floor_us":100.0,)"
            R"("floors":1.5,"start_s":0.5,"read_s":0.4,"share":0.8}]})");
  EXPECT_THAT(to_table(rows), HasSubstr(" 3 "));
}

}  // namespace
}  // namespace decree::bench
