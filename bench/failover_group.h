// Three replicas, of which one is away for a while.
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
  /// they have applied then. The leader is chosen.
  std::vector<LedgerState> await_level();
  [[nodiscard]] std::size_t leader() const { return workers_.leader; }
  /// Whom all of the following is about.
  void choose(std::size_t place) { chosen_ = place; }

  /// Over so many seconds: see lease_share().
  double lease_share(double seconds);
  /// Waits until a replica leads; true if it is the chosen one.
  bool await_same_leader();
  /// Waits until another one leads.
  void await_other_leader();
  /// Has it hand leading over, once it can; returns when it was asked, which is before that began.
  std::int64_t hand_over();

  /// Kills it; returns when, which is before it happened.
  std::int64_t kill();
  /// Ends it in order and waits for that; returns when, which is before that began.
  std::int64_t end();
  /// Starts it again on the log that it left, if it is away.
  void restart();
  /// Waits until it has applied what the leader has accepted by now.
  void await_caught_up();

  /// The two others, one answer each. A load that ended by itself throws.
  std::vector<SessionLoadState> ask_others(const SessionLoadRequest& request);

 private:
  [[nodiscard]] std::vector<std::string> arguments(std::size_t place) const;
  LedgerState ledger(std::size_t place);
  std::vector<LedgerState> ledgers();

  std::string directory_;
  Options options_;
  std::vector<std::uint16_t> ports_;
  WorkerGroup workers_;
  std::size_t chosen_ = 0;
  bool away_ = false;  // the chosen one
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_FAILOVER_GROUP_H_
