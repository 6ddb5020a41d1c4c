// What gnuplot is told to draw.
#include "bench/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace decree::bench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

CommitRow row(std::uint32_t payload_bytes, std::uint32_t outstanding, double p50_us) {
  CommitRow row;
  row.replicas = 3;
  row.payload_bytes = payload_bytes;
  row.outstanding = outstanding;
  row.p50_us = p50_us;
  row.p99_us = 2 * p50_us;
  row.floor_p50_us = p50_us / 2;
  row.percentiles_us.assign(kFractions.size(), p50_us);
  return row;
}

TEST(Plot, DrawsACurveForWhatVariesLess) {
  const std::string script =
      plot_script("out.svg", "Commits", {row(64, 1, 10), row(64, 8, 20), row(256, 1, 30)});
  EXPECT_THAT(script, HasSubstr("set output 'out.svg'"));
  EXPECT_THAT(script, HasSubstr("title 'Commits'"));
  EXPECT_THAT(script, HasSubstr("$load0 << EOD\n1 10 20 5\n8 20 40 10\nEOD\n"));
  EXPECT_THAT(script, HasSubstr("$load1 << EOD\n1 30 60 15\nEOD\n"));
  EXPECT_THAT(script, HasSubstr("set xlabel 'outstanding'"));
  EXPECT_THAT(script, HasSubstr("title 'p99, 64 bytes'"));
  EXPECT_THAT(script, HasSubstr("title 'floor p50, 256 bytes'"));
}

TEST(Plot, NamesOnlyWhatDiffers) {
  const std::string script = plot_script("out.svg", "Commits", {row(64, 1, 10), row(256, 1, 30)});
  EXPECT_THAT(script, HasSubstr("set xlabel 'bytes'"));
  EXPECT_THAT(script, HasSubstr("title 'p50'"));
  EXPECT_THAT(script, HasSubstr("title '256 bytes'"));
  EXPECT_THAT(script, Not(HasSubstr("replicas")));
}

TEST(Plot, DrawsPercentilesByHowManyExceedThem) {
  const std::string script = plot_script("out.svg", "Commits", {row(64, 1, 10)});
  EXPECT_THAT(script, HasSubstr("$row0 << EOD\n1 10\n"));
  EXPECT_THAT(script, HasSubstr("\n2 10\n"));  // half of all
}

}  // namespace
}  // namespace decree::bench
