// How a replica is set up.
#ifndef DECREE_OPTIONS_H_
#define DECREE_OPTIONS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decree/types.h"

namespace decree {

/// A voter of the group and where it listens.
struct Member {
  ReplicaId id;
  std::string host;        // an IP address or a name
  std::uint16_t port = 0;  // 1 to 65535
};

/// Reads "1=10.0.0.1:7100,2=[::1]:7100". Empty, or a sentence that names what cannot be read; then
/// `members` is as it was.
[[nodiscard]] std::string parse_members(std::string_view text, std::vector<Member>& members);

/// What a group has decided about leases, see docs/leases.md.
struct LeaseSettings {
  std::uint64_t lease_us = 100'000;  // T; 0 (no leases), or 2 heartbeats of the leader to 60 s
  std::uint32_t clock_rate_error_ppm = 110'000;  // rho; 1 to 300,000; may only grow

  bool operator==(const LeaseSettings&) const = default;
  /// Empty, or a sentence that names the first that is out of range.
  [[nodiscard]] std::string check(std::uint64_t heartbeat_us) const;
};

/// All replicas of a group need the same cluster and members; the rest is each replica's own.
struct Options {
  std::uint64_t cluster = 0;            // which cluster; any number but 0. Others are refused.
  ReplicaId id;                         // this replica, one of members
  std::vector<Member> members;          // all voters, 1 to 9, this one included
  std::string directory;                // the log's own directory, made if missing
  std::uint32_t priority = 0;           // 0 to 1000; of two that could lead, the higher one does
  std::uint64_t heartbeat_us = 50'000;  // of a leader; 1,000 to 1,000,000
  std::uint64_t suspect_us = 150'000;   // least silence that is suspicious; 3 heartbeats to 10 s
  /// Of a new group, see LeaseSettings: its first leader has them decided, and from then on
  /// Replica::async_set_lease changes them.
  std::uint64_t lease_us = LeaseSettings{}.lease_us;
  /// Likewise, and for ever a bound of this machine's own clock: where the group has decided on a
  /// smaller one, this replica grants no lease and holds none.
  std::uint32_t clock_rate_error_ppm = LeaseSettings{}.clock_rate_error_ppm;
  std::uint64_t max_command_bytes = 2u << 20;   // one command; 1 KiB to 16 MiB
  std::uint64_t max_pending_bytes = 64u << 20;  // proposals in flight; at least 4 commands
  /// Of the log's files, beside the snapshots; 64 MiB or 128 commands to 1 TiB. At half of it a
  /// snapshot is taken, slowly, and from three quarters on as fast as the disk takes it. A full log
  /// takes a byte for each four of the snapshot: it has at most half of the state's size and what
  /// is pending beyond this; without snapshots, or while they fail, no bound.
  std::uint64_t log_bytes = 1u << 30;

  /// Empty, or a sentence that names the first option that is out of range.
  [[nodiscard]] std::string check() const;
  [[nodiscard]] LeaseSettings lease() const { return {lease_us, clock_rate_error_ppm}; }
};

}  // namespace decree

#endif  // DECREE_OPTIONS_H_
