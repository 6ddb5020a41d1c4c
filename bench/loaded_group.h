// Three replicas under load, while something is done to one of them.
#ifndef DECREE_BENCH_LOADED_GROUP_H_
#define DECREE_BENCH_LOADED_GROUP_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/failover_group.h"

namespace decree::bench {

/// What has become of the writes of all loads together.
struct LoadTally {
  std::uint64_t acknowledged = 0;
  std::uint64_t unknown = 0;  // attempts whose outcome nobody told; each was tried again
  std::uint64_t refused = 0;  // attempts that did not happen; each was tried again
  std::uint64_t lost = 0;     // acknowledged, and not applied by every replica exactly once

  LoadTally& operator+=(const LoadTally& other) {
    acknowledged += other.acknowledged;
    unknown += other.unknown;
    refused += other.refused;
    lost += other.lost;
    return *this;
  }
};

/// The load is at the two replicas that are not chosen. Throws std::runtime_error if a request
/// fails for good, replicas disagree or something takes too long.
class LoadedGroup {
 public:
  /// Starts the group and waits until it is level.
  LoadedGroup(const std::string& directory, const Options& options, std::uint32_t outstanding);

  [[nodiscard]] FailoverGroup& group() { return group_; }
  /// Of all loads so far, as far as they were compared.
  [[nodiscard]] const LoadTally& tally() const { return tally_; }

  /// A new load; returns once it has run for so long.
  void start(double seconds);
  /// Asks the loads, seen from `since_ns`, until `holds` is true of both. `what` is said else.
  std::vector<SessionLoadState> await(const std::string& what, std::int64_t since_ns,
                                      const std::function<bool(const SessionLoadState&)>& holds);
  /// Returns once all that was in flight is acknowledged; what has become of this load.
  LoadTally stop();
  /// Waits until all replicas are level, and compares what they have applied.
  void compare();

 private:
  FailoverGroup group_;
  std::uint32_t outstanding_;
  LoadTally tally_;
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_LOADED_GROUP_H_
