// Numbers of a seed: those of the algorithm's reference implementation, and independent streams.
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <set>

#include "decree/sim.h"

namespace decree::sim {
namespace {

TEST(Random, GivesTheNumbersOfSplitMix64) {
  Random zero(0);
  for (const std::uint64_t expected :
       {0xe220a8397b1dcdafu, 0x6e789e6aa1b965f4u, 0x06c45d188009454fu, 0xf88bb8a8724c81ecu}) {
    EXPECT_EQ(zero.next(), expected);
  }
  Random other(1234567);
  for (const std::uint64_t expected :
       {6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u,
        16408922859458223821u}) {
    EXPECT_EQ(other.next(), expected);
  }
}

TEST(Random, StaysWithinItsBoundsAndReachesThem) {
  Random random(7);
  std::set<std::uint64_t> below;
  std::set<std::uint64_t> between;
  for (int i = 0; i < 200; ++i) {
    below.insert(random.below(4));
    between.insert(random.between(10, 12));
  }
  EXPECT_EQ(below, (std::set<std::uint64_t>{0, 1, 2, 3}));
  EXPECT_EQ(between, (std::set<std::uint64_t>{10, 11, 12}));
}

TEST(Random, ChanceIsInPartsOfAMillion) {
  Random random(8);
  int happened = 0;
  for (int i = 0; i < 100'000; ++i) {
    EXPECT_FALSE(random.chance(0));
    EXPECT_TRUE(random.chance(1'000'000));
    happened += random.chance(200'000) ? 1 : 0;
  }
  EXPECT_NEAR(happened, 20'000, 600);  // more than four standard deviations
}

TEST(Random, ForkingTakesNothingFromTheStream) {
  Random forked(9);
  Random untouched(9);
  (void)forked.fork(1).next();
  EXPECT_EQ(forked.next(), untouched.next());
}

TEST(Random, ForksOfAPurposeAreTheSameAndOfTwoAreNot) {
  const Random root(10);
  EXPECT_EQ(root.fork(1).next(), root.fork(1).next());
  std::set<std::uint64_t> first;
  for (std::uint64_t purpose = 0; purpose < 1000; ++purpose) {
    first.insert(root.fork(purpose).next());
    first.insert(Random(100 + purpose).fork(1).next());
  }
  EXPECT_EQ(first.size(), 2000u);
}

// Streams that were the same but for a shift, or near each other, would tie purposes together.
TEST(Random, ForksShareNoNumberWithTheirRootOrEachOther) {
  const Random root(11);
  std::array<Random, 3> streams{root, root.fork(1), root.fork(2)};
  std::set<std::uint64_t> seen;
  int differing_bits = 0;
  for (int i = 0; i < 1000; ++i) {
    std::array<std::uint64_t, 3> numbers{};
    for (std::size_t each = 0; each < streams.size(); ++each) {
      numbers.at(each) = streams.at(each).next();
      seen.insert(numbers.at(each));
    }
    differing_bits += std::popcount(numbers[1] ^ numbers[2]);
  }
  EXPECT_EQ(seen.size(), 3000u);
  EXPECT_NEAR(differing_bits, 32'000, 600);
}

}  // namespace
}  // namespace decree::sim
