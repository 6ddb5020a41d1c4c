// The seam between the engine and time: the simulator puts its own here.
#ifndef DECREE_LEASES_CLOCK_H_
#define DECREE_LEASES_CLOCK_H_

#include <compare>
#include <cstdint>

namespace decree::leases {

/// A span of time in nanoseconds.
struct Duration {
  std::int64_t ns = 0;
  constexpr auto operator<=>(const Duration&) const = default;
  static constexpr Duration micros(std::int64_t us) { return {us * 1000}; }
  static constexpr Duration millis(std::int64_t ms) { return {ms * 1000000}; }
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.ns + b.ns}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return {a.ns - b.ns}; }
  friend constexpr Duration operator*(Duration a, std::int64_t n) { return {a.ns * n}; }
};

/// A reading of one replica's clock; says nothing to another replica. 0 is before every reading.
struct Time {
  std::int64_t ns = 0;
  constexpr auto operator<=>(const Time&) const = default;
  friend constexpr Time operator+(Time t, Duration d) { return {t.ns + d.ns}; }
  friend constexpr Time operator-(Time t, Duration d) { return {t.ns - d.ns}; }
  friend constexpr Duration operator-(Time a, Time b) { return {a.ns - b.ns}; }
};
inline constexpr Time kNever{INT64_MAX};

/// A clock that goes on while the machine is suspended and whose rate errs by at most rho. now() is
/// callable from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() const = 0;
  /// Another clock of the same machine, to compare it with. Its zero may be another one.
  [[nodiscard]] virtual Time reference() const { return now(); }
};

}  // namespace decree::leases

#endif  // DECREE_LEASES_CLOCK_H_
