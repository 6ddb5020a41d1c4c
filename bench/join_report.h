// From the runs at a leader to what is printed there.
#ifndef DECREE_BENCH_JOIN_REPORT_H_
#define DECREE_BENCH_JOIN_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/load.h"

namespace decree::bench {

/// Medians over the rounds with so many commands in flight.
struct JoinRow {
  std::uint32_t outstanding = 0;
  double p50_us = 0;
  double p99_us = 0;
  double p999_us = 0;
  double max_us = 0;
  double commits_per_s = 0;
  std::vector<double> stages_us;  // at kStages
};

/// `rounds` is not empty, and its stages were timed.
JoinRow summarize(std::uint32_t outstanding, const std::vector<LoadResult>& rounds);

/// {"join": [...]}
std::string to_json(std::size_t replicas, std::uint32_t payload_bytes,
                    const std::vector<JoinRow>& rows);

/// Latencies, and where they come from.
std::string to_table(const std::vector<JoinRow>& rows);

}  // namespace decree::bench

#endif  // DECREE_BENCH_JOIN_REPORT_H_
