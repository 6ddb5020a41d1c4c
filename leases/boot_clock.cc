#include "leases/boot_clock.h"

#include <ctime>

#include "paxos/assert.h"

namespace decree::leases {

namespace {

Time read(clockid_t clock) {
  timespec reading{};
  const int failed = clock_gettime(clock, &reading);
  DECREE_ASSERT(failed == 0, "the kernel has this clock");
  return {std::int64_t{reading.tv_sec} * 1'000'000'000 + reading.tv_nsec};
}

}  // namespace

Time BootClock::now() const { return read(CLOCK_BOOTTIME); }
Time BootClock::reference() const { return read(CLOCK_MONOTONIC_RAW); }

}  // namespace decree::leases
