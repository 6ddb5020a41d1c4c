// What a group has agreed on about time, and the one formula that the lease rests on.
#ifndef DECREE_LEASES_SETTINGS_H_
#define DECREE_LEASES_SETTINGS_H_

#include <cstdint>

#include "leases/clock.h"

namespace decree::leases {

/// Checked by whoever reads the options. lease and rho_ppm are the group's, by decree: a replica
/// that has others grants nothing until it has applied the same.
struct Settings {
  Duration heartbeat = Duration::millis(20);         // between two heartbeats of a leader
  Duration suspicion_floor = Duration::millis(100);  // least silence that is suspicious
  Duration suspicion_cap = Duration::millis(500);    // most silence that is not
  Duration rank_step = Duration::millis(25);         // how long one rank lets the rank before it go
  Duration stall = Duration::millis(500);            // without progress a part of a replica is dead
  Duration lease = Duration::millis(100);            // T; 0: no leases
  std::uint32_t rho_ppm = 110'000;                   // bound of every clock's rate error
  std::uint32_t own_rho_ppm = 0;                     // of this replica's own
  std::uint32_t decided_rho_ppm = 0;  // the group's as far as it is known here; 0: it is not

  /// Settings whose other spans follow from the two that are chosen.
  static constexpr Settings paced(Duration heartbeat, Duration suspicion_floor) {
    Settings settings;
    settings.heartbeat = heartbeat;
    settings.suspicion_floor = suspicion_floor;
    settings.suspicion_cap = suspicion_floor * 5;
    settings.rank_step = {suspicion_floor.ns / 4};
    settings.stall = settings.suspicion_cap;
    return settings;
  }
};

/// How long to wait by the own clock for what was promised by clocks that keep to the group's rho:
/// longer where the own one may be faster than those. Whoever lags behind knows an older rho, which
/// is never larger: the group's may only grow.
constexpr Duration own_wait(Duration promised, const Settings& settings) {
  constexpr std::int64_t kMillion = 1'000'000;
  constexpr std::int64_t kMost = INT64_MAX / 2;  // centuries
  if (settings.own_rho_ppm <= settings.decided_rho_ppm || promised.ns > kMost) return promised;
  const std::int64_t own = kMillion + std::int64_t{settings.own_rho_ppm};
  const std::int64_t group = kMillion + std::int64_t{settings.decided_rho_ppm};
  const std::int64_t rest = promised.ns % group * own;
  return {promised.ns / group * own + (rest + group - 1) / group};  // rounded up
}

/// T(1-rho)/(1+rho), rounded down: how long, by a clock that may be slow by rho, a promise of T by
/// a clock that may be fast by rho surely lasts.
constexpr Duration lease_span(Duration granted, std::uint32_t rho_ppm) {
  constexpr std::int64_t kMillion = 1'000'000;
  const std::int64_t slow = kMillion - std::int64_t{rho_ppm};
  const std::int64_t fast = kMillion + std::int64_t{rho_ppm};
  if (slow <= 0) return {};
  return {granted.ns / fast * slow + granted.ns % fast * slow / fast};  // exact, cannot overflow
}

}  // namespace decree::leases

#endif  // DECREE_LEASES_SETTINGS_H_
