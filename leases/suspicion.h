// How long a silence must last to be suspicious: learned from how regular the sound was.
#ifndef DECREE_LEASES_SUSPICION_H_
#define DECREE_LEASES_SUSPICION_H_

#include <optional>

#include "leases/clock.h"
#include "leases/settings.h"

namespace decree::leases {

/// An adaptive timeout over one regular source: mean + 4 deviations of its inter-arrival times,
/// within floor and cap (Jacobson, "Congestion Avoidance and Control", appendix A). The deviation
/// rises at once and falls slowly: a source that stalls now and then must not be suspected each
/// time. A silence that ends after it was suspected is measured too: it makes the next suspicion
/// slower.
class Suspicion {
 public:
  Suspicion(const Settings& settings, Time now);

  /// A new source, alive now. What was learned of the last one stays as the first guess.
  void restart(Time now);
  /// One of the regular signs.
  void heard(Time now);
  /// A sign that says nothing about regularity.
  void alive(Time now);

  [[nodiscard]] Time alive_at() const { return alive_; }
  [[nodiscard]] Duration timeout() const;
  /// Silence is suspicious from here on.
  [[nodiscard]] Time deadline() const { return alive_ + timeout(); }

 private:
  void measure(Duration gap);

  Settings settings_;
  Time alive_;
  std::optional<Time> heard_;
  std::optional<Duration> mean_;
  Duration deviation_;
};

}  // namespace decree::leases

#endif  // DECREE_LEASES_SUSPICION_H_
