#include "leases/boot_clock.h"

#include <gtest/gtest.h>

#include <ctime>

namespace decree::leases {
namespace {

std::int64_t boot_time_ns() {
  timespec reading{};
  clock_gettime(CLOCK_BOOTTIME, &reading);
  return std::int64_t{reading.tv_sec} * 1'000'000'000 + reading.tv_nsec;
}

TEST(BootClockTest, IsTheTimeSinceBootInNanoseconds) {
  const BootClock clock;
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t before = boot_time_ns();
    const std::int64_t reading = clock.now().ns;
    EXPECT_LE(before, reading);
    EXPECT_LE(reading, boot_time_ns());
  }
}

}  // namespace
}  // namespace decree::leases
