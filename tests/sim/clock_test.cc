// A replica's clock against true time.
#include "sim/clock.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "decree/sim.h"

namespace decree::sim {
namespace {

constexpr Time kReading{77'000'000'123};

TEST(SimulatedClock, ShowsWhatItWasSetToAndGoesOnWithTime) {
  Timeline timeline;
  const Clock clock(timeline, kReading);
  EXPECT_EQ(clock.now(), kReading);
  timeline.advance(timeline.now() + Duration::millis(3));
  EXPECT_EQ(clock.now(), kReading + Duration::millis(3));
}

TEST(SimulatedClock, RunsPiecewiseLinearly) {
  Timeline timeline;
  Clock clock(timeline, kReading);
  clock.set_rate(100'000);
  EXPECT_EQ(clock.now(), kReading) << "a new rate does not change the reading";
  timeline.advance(timeline.now() + Duration::millis(10));
  EXPECT_EQ(clock.now(), kReading + Duration::millis(11));
  clock.set_rate(-300'000);
  EXPECT_EQ(clock.rate_error_ppm(), -300'000);
  timeline.advance(timeline.now() + Duration::millis(10));
  EXPECT_EQ(clock.now(), kReading + Duration::millis(18));
  clock.set_rate(900'000);
  timeline.advance(timeline.now() + Duration::millis(10));
  EXPECT_EQ(clock.now(), kReading + Duration::millis(37));
}

TEST(SimulatedClock, JumpsAndGoesOnAtItsRate) {
  Timeline timeline;
  Clock clock(timeline, kReading);
  clock.set_rate(-100'000);
  timeline.advance(timeline.now() + Duration::millis(10));
  clock.jump(Duration::millis(1000));
  EXPECT_EQ(clock.now(), kReading + Duration::millis(1009));
  clock.jump(Duration::millis(-2000));
  EXPECT_EQ(clock.now(), kReading - Duration::millis(991));
  timeline.advance(timeline.now() + Duration::millis(10));
  EXPECT_EQ(clock.now(), kReading - Duration::millis(982));
}

TEST(SimulatedClock, NeverRunsBackwards) {
  Random random(1);
  Timeline timeline;
  Clock clock(timeline, kReading);
  Time last = clock.now();
  for (int i = 0; i < 20'000; ++i) {
    if (i % 10 == 0) clock.set_rate(static_cast<std::int64_t>(random.below(1'200'001)) - 300'000);
    timeline.advance(timeline.now() + Duration{static_cast<std::int64_t>(random.below(5))});
    ASSERT_GE(clock.now(), last);
    last = clock.now();
  }
}

TEST(SimulatedClock, IsExactOverYears) {
  Timeline timeline;
  Clock clock(timeline, kReading);
  clock.set_rate(900'000);
  const Duration decade{std::int64_t{10} * 365 * 86'400 * 1'000'000'000};
  timeline.advance(timeline.now() + decade);
  EXPECT_EQ(clock.now(), kReading + Duration{decade.ns / 10 * 19});
}

/// The first moment at which the clock shows at least that much: not one earlier, not one later.
void expect_first(const Clock& clock, Time reading) {
  const Time when = clock.when(reading);
  EXPECT_GE(clock.at(when).ns, reading.ns) << "at " << clock.rate_error_ppm() << " ppm";
  EXPECT_LT(clock.at(when - Duration{1}).ns, reading.ns)
      << "at " << clock.rate_error_ppm() << " ppm";
}

TEST(SimulatedClock, KnowsWhenItWillShowAReading) {
  Random random(2);
  for (std::int64_t ppm = -300'000; ppm <= 900'000; ppm += 12'345) {
    Timeline timeline;
    Clock clock(timeline, kReading);
    clock.set_rate(ppm);
    for (std::int64_t ns = 1; ns < 30; ++ns) expect_first(clock, kReading + Duration{ns});
    for (int i = 0; i < 50; ++i) {
      expect_first(clock, kReading + Duration{static_cast<std::int64_t>(random.below(1u << 30))});
    }
    expect_first(clock, kReading + Duration::millis(86'400'000));
  }
}

TEST(SimulatedClock, KnowsItForRatesAndJumpsOfThePast) {
  Timeline timeline;
  Clock clock(timeline, kReading);
  clock.set_rate(-300'000);
  timeline.advance(timeline.now() + Duration::millis(7));
  clock.set_rate(900'000);
  clock.jump(Duration::millis(100));
  expect_first(clock, clock.now() + Duration{12'345});
  EXPECT_EQ(clock.when(clock.now()), timeline.now());
}

TEST(SimulatedClock, NeverIsNever) {
  const Timeline timeline;
  Clock clock(timeline, kReading);
  clock.set_rate(-300'000);
  EXPECT_EQ(clock.when(kNever), kNever);
}

TEST(SimulatedClock, CanBeWatchedWhenItIsRead) {
  const Timeline timeline;
  Clock clock(timeline, kReading);
  int readings = 0;
  clock.on_reading = [&] { ++readings; };
  (void)clock.now();
  EXPECT_EQ(readings, 1);
  (void)clock.when(kReading);
  EXPECT_EQ(readings, 1) << "only the replica's own readings count";
}

}  // namespace
}  // namespace decree::sim
