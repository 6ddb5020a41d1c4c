#include "bench/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace decree::bench {
namespace {

TEST(Histogram, AnEmptyOneHasNothing) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.max(), 0U);
  EXPECT_EQ(histogram.quantile(0.5), 0U);
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 200; ++value) {
    histogram.record(value);
  }
  EXPECT_EQ(histogram.count(), 200U);
  EXPECT_EQ(histogram.quantile(0), 1U);
  EXPECT_EQ(histogram.quantile(0.5), 100U);
  EXPECT_EQ(histogram.quantile(0.99), 198U);
  EXPECT_EQ(histogram.quantile(1), 200U);
}

TEST(Histogram, OneStallAmongManyShowsWhereItShould) {
  Histogram histogram;
  for (int i = 0; i < 999; ++i) {
    histogram.record(100);
  }
  histogram.record(5'000'000);
  EXPECT_EQ(histogram.quantile(0.999), 100U);
  EXPECT_EQ(histogram.quantile(0.9991), 5'000'000U);
  EXPECT_EQ(histogram.max(), 5'000'000U);
}

TEST(Histogram, TheBoundariesOfPowersOfTwoAreWithinTheError) {
  for (int power = 1; power < 64; ++power) {
    const std::uint64_t edge = std::uint64_t{1} << power;
    for (const std::uint64_t value : {edge - 1, edge, edge + 1}) {
      Histogram histogram;
      histogram.record(value);
      histogram.record(std::numeric_limits<std::uint64_t>::max());
      const std::uint64_t found = histogram.quantile(0.5);
      EXPECT_GE(found, value);
      EXPECT_LE(static_cast<double>(found), static_cast<double>(value) * 1.008) << value;
    }
  }
}

TEST(Histogram, TheLargestValueIsExact) {
  Histogram histogram;
  histogram.record(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(histogram.quantile(0.5), std::numeric_limits<std::uint64_t>::max());
  Histogram other;
  other.record(1'000'001);
  EXPECT_EQ(other.quantile(1), 1'000'001U);
}

TEST(Histogram, AgreesWithSortingOnRandomValues) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> latency(12, 2);
  Histogram histogram;
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::uint64_t>(latency(random)));
    histogram.record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double fraction : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const auto rank = static_cast<std::size_t>(std::ceil(fraction * 20'000));
    const std::uint64_t exact = values[rank - 1];
    EXPECT_GE(histogram.quantile(fraction), exact);
    EXPECT_LE(static_cast<double>(histogram.quantile(fraction)),
              static_cast<double>(exact) * 1.008);
  }
}

TEST(Histogram, MergingIsRecordingBoth) {
  Histogram left;
  Histogram right;
  left.record(10);
  right.record(20);
  right.record(30);
  left.merge(right);
  EXPECT_EQ(left.count(), 3U);
  EXPECT_EQ(left.quantile(0.5), 20U);
  EXPECT_EQ(left.max(), 30U);
}

}  // namespace
}  // namespace decree::bench
