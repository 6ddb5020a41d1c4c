// Whether the clock of the leases can be trusted, as far as the machine itself can tell.
#ifndef DECREE_LEASES_CLOCK_MONITOR_H_
#define DECREE_LEASES_CLOCK_MONITOR_H_

#include <cstdint>
#include <optional>

#include "leases/clock.h"
#include "leases/settings.h"

namespace decree::leases {

/// Compares the clock with another one of the same machine, at each renewal of a lease. Where they
/// part by more than rho allows, one of them is wrong, and nobody can say which or since when: the
/// caller gives up what it holds and begins anew what it has granted. A machine that was suspended
/// looks the same and is treated so. Pure but for the readings; one thread. `clock` must outlive
/// it.
class ClockMonitor {
 public:
  ClockMonitor(const Settings& settings, const Clock& clock);

  /// True: the two agree since the last time. No comparison of which the readings are too far apart
  /// to mean anything counts; the next one is with what was read before it.
  bool agrees();

 private:
  struct Readings {
    Time clock;
    Time reference;
  };

  [[nodiscard]] std::optional<Readings> read() const;

  const std::int64_t tolerance_ppm_;
  const Clock& clock_;
  std::optional<Readings> last_;
};

}  // namespace decree::leases

#endif  // DECREE_LEASES_CLOCK_MONITOR_H_
