// How the space of Options::log_bytes is used.
#ifndef DECREE_REPLICA_LOG_BUDGET_H_
#define DECREE_REPLICA_LOG_BUDGET_H_

#include <algorithm>
#include <cstdint>

#include "paxos/limits.h"

namespace decree::replica {

/// Half of it fills up before a snapshot is begun; the other half is for what is appended while the
/// snapshot is written, which goes slowly, so that commits do not, until half of that is full. A
/// quarter is kept behind it, for peers that are not far behind.
struct LogBudget {
  std::uint64_t segment_bytes = 0;
  std::uint64_t snapshot_segments = 0;  // in use: a snapshot is due
  std::uint64_t hurry_segments = 0;     // in use: it is written as fast as the disk takes it
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
    budget.kept_segments = std::max<std::uint64_t>(1, log_bytes / 4 / budget.segment_bytes);
    budget.memory_bytes = std::min<std::uint64_t>(paxos::kMemoryBytes, log_bytes / 256);
    return budget;
  }
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_LOG_BUDGET_H_
