// The demo's own account: what it calls lost and duplicated, and how it counts latencies.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "examples/demo/histogram.h"
#include "examples/demo/ledger.h"
#include "examples/demo/report.h"

namespace decree::demo {
namespace {

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() {
    for (const Outcome outcome :
         {Outcome::done, Outcome::done, Outcome::failed, Outcome::unknown}) {
      ledger_.settle(ledger_.enter(), outcome);
    }
  }
  std::string tokens(std::initializer_list<std::size_t> numbers) const {
    std::string text;
    for (const std::size_t number : numbers) text += ledger_.token(number);
    return text;
  }

  Ledger ledger_{7};
};

TEST_F(LedgerTest, Clean) {
  const Tally tally = ledger_.compare_nth(0, tokens({1, 0}));
  EXPECT_TRUE(tally.is_clean());
  EXPECT_EQ(tally.acknowledged, 2u);
  EXPECT_EQ(tally.refused, 1u);
  EXPECT_EQ(tally.unknown, 1u);
  EXPECT_EQ(tally.unknown_applied, 0u);
}

TEST_F(LedgerTest, UnknownMayBeThereOnce) {
  const Tally tally = ledger_.compare_nth(0, tokens({3, 0, 1}));
  EXPECT_TRUE(tally.is_clean());
  EXPECT_EQ(tally.unknown_applied, 1u);
  EXPECT_EQ(ledger_.compare_nth(0, tokens({3, 0, 1, 3})).duplicated, 1u);
}

TEST_F(LedgerTest, Lost) {
  EXPECT_EQ(ledger_.compare_nth(0, tokens({1})).lost, 1u);
  EXPECT_EQ(ledger_.compare_nth(0, "").lost, 2u);
  EXPECT_FALSE(ledger_.compare_nth(0, "").is_clean());
}

TEST_F(LedgerTest, Duplicated) {
  const Tally tally = ledger_.compare_nth(0, tokens({0, 1, 0, 0}));
  EXPECT_EQ(tally.duplicated, 2u);
  EXPECT_FALSE(tally.is_clean());
}

TEST_F(LedgerTest, RefusedYetThere) {
  const Tally tally = ledger_.compare_nth(0, tokens({0, 1, 2}));
  EXPECT_EQ(tally.refused_applied, 1u);
  EXPECT_FALSE(tally.is_clean());
}

TEST_F(LedgerTest, NeverWritten) {
  const Ledger other(8);
  for (const std::string& foreign :
       {other.token(0), ledger_.token(4), std::string("x"), std::string(16, 'z')}) {
    const Tally tally = ledger_.compare_nth(0, tokens({0, 1}) + foreign);
    EXPECT_EQ(tally.foreign, 1u) << foreign;
    EXPECT_FALSE(tally.is_clean());
  }
}

TEST_F(LedgerTest, TokensGoToOneKeyAfterAnother) {
  for (std::size_t i = 4; i <= Ledger::kTokensPerKey; ++i) {
    ledger_.settle(ledger_.enter(), Outcome::done);
  }
  ASSERT_EQ(ledger_.keys(), 2u);
  EXPECT_NE(ledger_.nth_key(0), ledger_.nth_key(1));
  EXPECT_EQ(ledger_.key(Ledger::kTokensPerKey), ledger_.nth_key(1));
  EXPECT_EQ(ledger_.token(0).size(), Ledger::kTokenBytes);
  EXPECT_TRUE(ledger_.compare_nth(1, tokens({Ledger::kTokensPerKey})).is_clean());
  EXPECT_EQ(ledger_.compare_nth(1, "").lost, 1u);
}

TEST(Histogram, QuantilesAreWithinOnePercent) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> latency(12, 2);
  std::vector<std::uint64_t> samples;
  Histogram first;
  Histogram second;
  for (int i = 0; i < 100'000; ++i) {
    samples.push_back(static_cast<std::uint64_t>(latency(random)));
    (i % 3 == 0 ? first : second).add(samples.back());
  }
  first.merge(second);
  std::ranges::sort(samples);
  ASSERT_EQ(first.count(), samples.size());
  EXPECT_EQ(first.most(), samples.back());
  for (const double share : {0.0001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * 100'000)) - 1;
    const auto exact = static_cast<double>(samples[rank]);
    EXPECT_NEAR(static_cast<double>(first.quantile(share)), exact, exact * 0.01) << share;
  }
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0u);
  for (std::uint64_t value = 0; value < 256; ++value) histogram.add(value);
  EXPECT_EQ(histogram.quantile(0.5), 127u);
  EXPECT_EQ(histogram.quantile(1), 255u);
  histogram.add(std::uint64_t{1} << 62);
  EXPECT_EQ(histogram.quantile(1), std::uint64_t{1} << 62);
}

TEST(Report, IsGoodOnlyWithEqualStates) {
  Report report;
  EXPECT_FALSE(report.is_good());
  report.replicas = {{"leader", 1, 9, "abc"}, {"follower", 1, 9, "abc"}, {"follower", 1, 9, "abc"}};
  EXPECT_TRUE(report.is_good());
  report.replicas[2].state_hash = "abd";
  EXPECT_FALSE(report.is_good());
  report.replicas[2] = {"follower", 1, 8, "abc"};
  EXPECT_FALSE(report.is_good());
  for (ReplicaInfo& replica : report.replicas) replica = {"follower", 1, 9, ""};
  EXPECT_FALSE(report.is_good());
}

TEST(Report, IsNotGoodWithAnythingLostOrDuplicated) {
  Report report;
  report.replicas = {{"leader", 1, 9, "abc"}};
  report.tally.lost = 1;
  EXPECT_FALSE(report.is_good());
  EXPECT_NE(report.table().find("lost                                     1"), std::string::npos);
  report.tally.lost = 0;
  report.tally.duplicated = 1'234'567;
  EXPECT_FALSE(report.is_good());
  EXPECT_NE(report.table().find("1,234,567"), std::string::npos);
}

}  // namespace
}  // namespace decree::demo
