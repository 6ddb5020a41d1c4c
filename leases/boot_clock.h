// The clock that leases are measured with.
#ifndef DECREE_LEASES_BOOT_CLOCK_H_
#define DECREE_LEASES_BOOT_CLOCK_H_

#include "leases/clock.h"

namespace decree::leases {

/// CLOCK_BOOTTIME: never steps, goes on during suspend; its rate may be slewed by up to 10 %, which
/// the default rho covers. Stateless: any thread.
class BootClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override;
  /// CLOCK_MONOTONIC_RAW, which nobody slews.
  [[nodiscard]] Time reference() const override;
};

}  // namespace decree::leases

#endif  // DECREE_LEASES_BOOT_CLOCK_H_
