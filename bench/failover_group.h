// Three replicas, of which one is killed and comes back.
#ifndef DECREE_BENCH_FAILOVER_GROUP_H_
#define DECREE_BENCH_FAILOVER_GROUP_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/session_load.h"
#include "bench/worker_group.h"
#include "bench/write_ledger.h"

namespace decree::bench {

/// Waits for what it needs, and throws std::runtime_error when it waits too long. A group starts
/// with new logs, and the replica at place 0, 1 or 2 is one process after the other on one of them.
class FailoverGroup {
 public:
  /// Of `options`, the spans of time count.
  FailoverGroup(std::string directory, const Options& options);

  /// Waits until one replica leads and all have applied all that it has accepted; returns what
  /// they have applied then.
  std::vector<LedgerState> await_level();
  /// Of the replica that await_level() found to lead, over so many seconds: see lease_share().
  double lease_share(double seconds);
  /// Waits until a replica leads; true if it is the one that await_level() found.
  bool await_same_leader();

  /// Kills the replica that await_level() found to lead; returns when, which is before it happened.
  std::int64_t kill_leader();
  /// Starts what was killed, if anything was, on the log that it left.
  void restart_killed();

  /// At the two that await_level() found to follow, one answer each. A load that ended by itself
  /// throws.
  std::vector<SessionLoadState> ask_followers(const SessionLoadRequest& request);

 private:
  [[nodiscard]] std::vector<std::string> arguments(std::size_t place) const;
  std::vector<LedgerState> ledgers();

  std::string directory_;
  Options options_;
  std::vector<std::uint16_t> ports_;
  WorkerGroup workers_;
  bool killed_ = false;  // the leader, and it was not started again
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_FAILOVER_GROUP_H_
