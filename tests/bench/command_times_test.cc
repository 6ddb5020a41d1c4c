#include "bench/command_times.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decree::bench {
namespace {

constexpr double kForever = 3600;

LoadRequest request(std::uint32_t outstanding, double seconds) {
  return {.outstanding = outstanding, .payload_bytes = 1, .seconds = seconds};
}

TEST(CommandTimes, GoesOnUntilTheTimeIsOver) {
  CommandTimes forever(request(2, kForever));
  EXPECT_TRUE(forever.completed(1));
  EXPECT_TRUE(forever.completed(1));
  EXPECT_FALSE(forever.over());

  CommandTimes ended(request(2, 0));
  EXPECT_FALSE(ended.completed(0));
  EXPECT_FALSE(ended.over());
  EXPECT_FALSE(ended.completed(1));
  EXPECT_TRUE(ended.over());
  EXPECT_EQ(ended.result().commits, 2U);
  EXPECT_EQ(ended.result().problem, "");
}

TEST(CommandTimes, AFailureEndsTheRunOnceAllAreAnswered) {
  CommandTimes times(request(3, kForever));
  EXPECT_TRUE(times.completed(0));
  EXPECT_FALSE(times.completed(1, "the leader moved"));
  EXPECT_FALSE(times.completed(0));
  EXPECT_FALSE(times.over());
  EXPECT_FALSE(times.completed(2));
  EXPECT_TRUE(times.over());
  EXPECT_EQ(times.result().problem, "the leader moved");
  EXPECT_EQ(times.result().commits, 3U);
}

TEST(CommandTimes, ACommandIsDueWhenTheOneBeforeItAtItsPlaceIsDone) {
  CommandTimes times(request(1, kForever));
  const std::int64_t start = now_ns();
  while (now_ns() - start < 20'000'000) {
  }
  EXPECT_TRUE(times.completed(0));
  EXPECT_TRUE(times.completed(0));
  const LoadResult result = times.result();
  EXPECT_GE(result.max_us, 20'000);
  // The two follow each other; the histogram may round up by 0.8 %.
  EXPECT_LE(result.p50_us + result.max_us, result.elapsed_us * 1.01);
}

}  // namespace
}  // namespace decree::bench
