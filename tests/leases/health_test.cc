// What a replica makes of its own progress.
#include "leases/health.h"

#include <gtest/gtest.h>

namespace decree::leases {
namespace {

constexpr Time at(std::int64_t ms) { return Time{} + Duration::millis(1000 + ms); }

class HealthTest : public testing::Test {
 protected:
  /// Heartbeats every `apart` ms from `from` to `to`, each `late` ms late.
  void beats(int from, int to, int apart, int late) {
    for (int t = from; t <= to; t += apart) health_.beat(at(t - late), at(t));
  }
  [[nodiscard]] Impairment at_ms(int ms) const { return health_.impairment(at(ms)); }

  const Settings settings_{.stall = Duration::millis(500)};
  Health health_{settings_, at(0)};
};

TEST_F(HealthTest, AWriteThatDoesNotEndIsAStall) {
  health_.log(Lsn{7}, at(10));
  health_.log(Lsn{7}, at(509));
  EXPECT_EQ(at_ms(509), Impairment::none);
  EXPECT_EQ(at_ms(510), Impairment::log_stalled);
  health_.log(Lsn{8}, at(511));
  EXPECT_EQ(at_ms(511), Impairment::none) << "one has ended";
  EXPECT_EQ(at_ms(1011), Impairment::log_stalled) << "the next one does not";
  health_.log({}, at(1012));
  EXPECT_EQ(at_ms(5000), Impairment::none) << "nothing is under way";
}

TEST_F(HealthTest, ADiskThatIsSlowButGoesOnIsNoStall) {
  for (int i = 0; i < 50; ++i) {
    health_.log(Lsn{static_cast<std::uint64_t>(i + 1)}, at(i * 499));
    EXPECT_EQ(at_ms(i * 499 + 498), Impairment::none);
  }
}

TEST_F(HealthTest, HeartbeatsThatAreLateAgainAndAgainMeanStarving) {
  beats(0, 600, 100, 50);
  EXPECT_EQ(at_ms(600), Impairment::starved);
  EXPECT_EQ(at_ms(1600), Impairment::none) << "it beats no more";
  beats(620, 1200, 20, 1);
  EXPECT_EQ(at_ms(1200), Impairment::none);
}

TEST_F(HealthTest, OneLongPauseIsNoStarving) {
  beats(20, 400, 20, 0);
  health_.beat(at(420), at(4000));
  EXPECT_EQ(at_ms(4000), Impairment::none);
  beats(4020, 5000, 20, 0);
  EXPECT_EQ(at_ms(5000), Impairment::none);
}

TEST_F(HealthTest, TheProgramAndTheRoomCount) {
  health_.program(false);
  EXPECT_EQ(at_ms(1), Impairment::program);
  health_.program(true);
  health_.log_full(true);
  EXPECT_EQ(at_ms(1), Impairment::log_full);
  health_.log_full(false);
  EXPECT_EQ(at_ms(1), Impairment::none);
}

TEST_F(HealthTest, WhoHandedOverRecoversForAWhileThatDoubles) {
  health_.handed_over(at(0));
  EXPECT_EQ(at_ms(1999), Impairment::recovering);
  EXPECT_EQ(at_ms(2000), Impairment::none);
  health_.handed_over(at(2500));
  EXPECT_EQ(at_ms(2500 + 3999), Impairment::recovering) << "soon after: twice as long";
  EXPECT_EQ(at_ms(2500 + 4000), Impairment::none);
  health_.handed_over(at(7000));
  EXPECT_EQ(at_ms(7000 + 7999), Impairment::recovering);
  health_.handed_over(at(40'000));
  EXPECT_EQ(at_ms(40'000 + 1999), Impairment::recovering);
  EXPECT_EQ(at_ms(40'000 + 2000), Impairment::none) << "long after: from the beginning";
}

TEST_F(HealthTest, TheBackOffIsBounded) {
  Time now = at(0);
  for (int i = 0; i < 40; ++i) {
    health_.handed_over(now);
    now = now + Duration::millis(60'000);
    EXPECT_EQ(health_.impairment(now), Impairment::none);
  }
}

}  // namespace
}  // namespace decree::leases
