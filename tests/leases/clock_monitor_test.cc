// Two clocks of a machine that part.
#include "leases/clock_monitor.h"

#include <gtest/gtest.h>

#include "leases/boot_clock.h"

namespace decree::leases {
namespace {

class TwoClocks final : public Clock {
 public:
  [[nodiscard]] Time now() const override {
    reference_ = reference_ + stop;
    return own;
  }
  [[nodiscard]] Time reference() const override { return reference_; }
  void pass(Duration by_own, Duration by_reference) {
    own = own + by_own;
    reference_ = reference_ + by_reference;
  }
  Time own{1'000'000'000};
  Duration stop;  // the thread is stopped for so long at each reading

 private:
  mutable Time reference_{5'000'000};
};

class ClockMonitorTest : public testing::Test {
 protected:
  bool agrees_after(std::int64_t own_us, std::int64_t reference_us) {
    clocks_.pass(Duration::micros(own_us), Duration::micros(reference_us));
    return monitor_.agrees();
  }
  TwoClocks clocks_;
  ClockMonitor monitor_{Settings{}, clocks_};  // rho is 11 %
};

TEST_F(ClockMonitorTest, ARateWithinItsBoundIsNoFault) {
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(agrees_after(50'000, 50'000));
    EXPECT_TRUE(agrees_after(55'500, 50'000));
    EXPECT_TRUE(agrees_after(44'500, 50'000));
  }
  EXPECT_TRUE(agrees_after(3'600'000'000, 3'600'000'000));
}

TEST_F(ClockMonitorTest, ARateBeyondItIsOne) {
  EXPECT_FALSE(agrees_after(56'000, 50'000));
  EXPECT_FALSE(agrees_after(44'000, 50'000));
  EXPECT_TRUE(agrees_after(50'000, 50'000)) << "from there on they agree";
}

TEST_F(ClockMonitorTest, JumpsAndAStopAreFaultsOnce) {
  EXPECT_FALSE(agrees_after(60'000, 50'000)) << "ahead, or the machine was suspended";
  EXPECT_TRUE(agrees_after(50'000, 50'000));
  EXPECT_FALSE(agrees_after(-10'000, 50'000));
  EXPECT_TRUE(agrees_after(50'000, 50'000));
  EXPECT_FALSE(agrees_after(0, 50'000));
  EXPECT_TRUE(agrees_after(0, 150)) << "no more than readings are apart";
}

TEST_F(ClockMonitorTest, AThreadThatIsStoppedBetweenTheReadingsProvesNothing) {
  clocks_.stop = Duration::millis(30);
  EXPECT_TRUE(agrees_after(50'000, 50'000));
  EXPECT_TRUE(agrees_after(50'000, 50'000));
  clocks_.stop = {};
  clocks_.pass(Duration::millis(60), {});  // its own clock went on meanwhile
  EXPECT_TRUE(agrees_after(50'000, 50'000)) << "compared with what was read before the stops";
  EXPECT_FALSE(agrees_after(60'000, 50'000));
}

TEST(ClockMonitor, TheClocksOfThisMachineAgree) {
  const BootClock clock;
  ClockMonitor monitor(Settings{}, clock);
  const Time end = clock.now() + Duration::millis(20);
  while (clock.now() < end) EXPECT_TRUE(monitor.agrees());
}

}  // namespace
}  // namespace decree::leases
