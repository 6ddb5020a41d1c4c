// How fast the disk is read in search of rot.
#ifndef DECREE_REPLICA_SCRUB_PACE_H_
#define DECREE_REPLICA_SCRUB_PACE_H_

#include <algorithm>
#include <cstdint>

#include "leases/clock.h"
#include "wal/log.h"

namespace decree::replica {

/// Everything at least once a day: that the same place rots at a majority of a group before then is
/// rare. More than 21 GiB take longer, at 256 KiB a second: a hundredth of what a slow disk reads,
/// and no more than one wake-up a second.
struct ScrubPace {
  leases::Duration period = leases::Duration::millis(24 * 3600 * 1000);
  leases::Duration least = leases::Duration::millis(1000);  // behind each piece

  /// After a piece of so many bytes, of `all` that there are. What there is grows, so no pause is
  /// very long.
  [[nodiscard]] leases::Duration pause(std::uint64_t bytes, std::uint64_t all) const {
    constexpr std::uint64_t kLeastPiecesOfPeriod = 24;
    if (bytes == 0) return least;
    const std::uint64_t pieces = (bytes + wal::kScrubPieceBytes - 1) / wal::kScrubPieceBytes;
    const auto of_period = static_cast<std::int64_t>(std::max(all / bytes, kLeastPiecesOfPeriod));
    return std::max(least * static_cast<std::int64_t>(pieces),
                    leases::Duration{period.ns / of_period});
  }
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_SCRUB_PACE_H_
