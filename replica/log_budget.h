// How the space of Options::log_bytes is used.
#ifndef DECREE_REPLICA_LOG_BUDGET_H_
#define DECREE_REPLICA_LOG_BUDGET_H_

#include <algorithm>
#include <cstdint>
#include <optional>

#include "paxos/limits.h"

namespace decree::replica {

/// Half of it fills up before a snapshot is begun; the other half is for what is appended while the
/// snapshot is written, which goes slowly, so that commits do not, until half of that is full. When
/// all of it is full, commits go slowly instead: a byte for each four of the snapshot. What came
/// meanwhile is there still when the next one is begun, so at most half of the state's size, a
/// segment and what is pending are in use beside all of it. A quarter is kept behind the snapshot,
/// for peers that are not far behind.
struct LogBudget {
  std::uint64_t segment_bytes = 0;
  std::uint64_t snapshot_segments = 0;  // in use: a snapshot is due
  std::uint64_t hurry_segments = 0;     // in use: it is written as fast as the disk takes it
  std::uint64_t full_segments = 0;      // in use: commits wait for it
  std::uint64_t kept_segments = 0;      // whatever the snapshot covers
  std::uint64_t memory_bytes = 0;       // of applied values, for peers that are a little behind

  static LogBudget of(std::uint64_t log_bytes) {
    constexpr std::uint64_t kSegments = 16;
    constexpr std::uint64_t kBlock = 4096;
    constexpr std::uint64_t kLeast = 1280u << 10;  // a batch fits (paxos/limits.h)
    constexpr std::uint64_t kMost = 1u << 30;
    LogBudget budget;
    budget.segment_bytes = std::clamp(log_bytes / kSegments / kBlock * kBlock, kLeast, kMost);
    budget.snapshot_segments = std::max<std::uint64_t>(2, log_bytes / 2 / budget.segment_bytes);
    budget.hurry_segments =
        std::max(budget.snapshot_segments + 1, log_bytes / 4 * 3 / budget.segment_bytes);
    budget.full_segments = std::max(budget.hurry_segments + 1, log_bytes / budget.segment_bytes);
    budget.kept_segments = std::max<std::uint64_t>(1, log_bytes / 4 / budget.segment_bytes);
    budget.memory_bytes = std::min<std::uint64_t>(paxos::kMemoryBytes, log_bytes / 256);
    return budget;
  }
};

/// What a full log takes while a snapshot is written.
class LogPace {
 public:
  /// The log is full, from the first call on. `written` counts its bytes, `snapshot` those of the
  /// snapshot that is under way.
  void full(std::uint64_t written, std::uint64_t snapshot) {
    if (!start_) start_ = Start{written, snapshot};
    limit_ = start_->written + (snapshot - start_->snapshot) / kSnapshotBytesEach;
  }
  void ended() { start_.reset(); }
  [[nodiscard]] bool admits(std::uint64_t written) const { return !start_ || written < limit_; }

 private:
  static constexpr std::uint64_t kSnapshotBytesEach = 4;
  struct Start {
    std::uint64_t written = 0;
    std::uint64_t snapshot = 0;
  };
  std::optional<Start> start_;
  std::uint64_t limit_ = 0;
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_LOG_BUDGET_H_
