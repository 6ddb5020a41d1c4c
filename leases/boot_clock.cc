#include "leases/boot_clock.h"

#include <ctime>

#include "paxos/assert.h"

namespace decree::leases {

Time BootClock::now() const {
  timespec reading{};
  const int failed = clock_gettime(CLOCK_BOOTTIME, &reading);
  DECREE_ASSERT(failed == 0, "the kernel has CLOCK_BOOTTIME");
  return {std::int64_t{reading.tv_sec} * 1'000'000'000 + reading.tv_nsec};
}

}  // namespace decree::leases
