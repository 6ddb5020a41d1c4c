#include "leases/clock_monitor.h"

#include <cstdlib>

namespace decree::leases {

namespace {

/// A quartz errs by less; it is what the second clock goes by.
constexpr std::int64_t kReferencePpm = 1'000;
/// Between the readings on both sides of a reading: more means that the thread was stopped there.
constexpr Duration kApart = Duration::micros(100);

}  // namespace

ClockMonitor::ClockMonitor(const Settings& settings, const Clock& clock)
    : tolerance_ppm_(settings.rho_ppm + kReferencePpm), clock_(clock), last_(read()) {}

bool ClockMonitor::agrees() {
  const std::optional<Readings> readings = read();
  if (!readings) return true;
  const std::optional<Readings> last = last_;
  last_ = readings;
  if (!last) return true;
  const Duration own = readings->clock - last->clock;
  const Duration reference = readings->reference - last->reference;
  const std::int64_t tolerance = reference.ns / 1'000'000 * tolerance_ppm_ +
                                 reference.ns % 1'000'000 * tolerance_ppm_ / 1'000'000;
  return std::abs(own.ns - reference.ns) <= tolerance + kApart.ns * 2;
}

std::optional<ClockMonitor::Readings> ClockMonitor::read() const {
  const Time before = clock_.reference();
  const Time clock = clock_.now();
  const Time after = clock_.reference();
  if (after - before > kApart) return {};
  return Readings{clock, before};
}

}  // namespace decree::leases
