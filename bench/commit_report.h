// From the runs of a benchmark of commits to what is printed.
#ifndef DECREE_BENCH_COMMIT_REPORT_H_
#define DECREE_BENCH_COMMIT_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/worker_group.h"

namespace decree::bench {

/// The engine and each variant of the floor, measured one right after the other.
struct Round {
  Measurement engine;
  std::vector<Measurement> floors;
  std::optional<Measurement> open_floor = {};  // under the load of an open loop
};

/// Medians over the rounds; the floor is the variant with the least median p50.
struct CommitRow {
  std::size_t replicas = 0;
  std::uint32_t outstanding = 0;  // 0: an open loop
  double rate_per_s = 0;          // of an open loop
  std::uint32_t payload_bytes = 0;
  std::uint64_t commits = 0;  // in all rounds
  double p50_us = 0;
  double p99_us = 0;
  double p999_us = 0;
  double max_us = 0;  // of all rounds
  double commits_per_s = 0;
  double floor_p50_us = 0;
  double floor_p99_us = 0;
  double floor_p999_us = 0;
  double floor_commits_per_s = 0;
  double other_floor_p50_us = 0;  // of the other variant, 0 if there is none
  double open_floor_p50_us = 0;   // under the load of an open loop; 0 if there was none
  double open_floor_p99_us = 0;
  double open_floor_p999_us = 0;
  double ratio_p50 = 0;
  double ratio_commits = 0;      // of commits a second; not of an open loop
  double cpu_us_per_commit = 0;  // of all replicas
  double cores_busy = 0;         // by all replicas, on average
  std::string floor_variant;

  // Not in the JSON.
  double p50_least_us = 0;  // over the rounds
  double p50_most_us = 0;
  double floor_p50_least_us = 0;
  double floor_p50_most_us = 0;
  double floor_cpu_us_per_commit = 0;
  std::vector<double> percentiles_us;  // at kFractions
  std::vector<double> stages_us;       // at kStages, if they were timed
};

/// `rounds` is not empty; `variants` names their floors.
CommitRow summarize(std::size_t replicas, const LoadRequest& request,
                    const std::vector<Round>& rounds, const std::vector<std::string>& variants);

/// {name: [...]}
nlohmann::ordered_json to_json(const std::string& name, const std::vector<CommitRow>& rows);

/// One line for each row under a heading ("other" is the p50 of the other floor), and where the
/// time went if that was asked, for people.
std::string to_table(const std::vector<CommitRow>& rows);

}  // namespace decree::bench

#endif  // DECREE_BENCH_COMMIT_REPORT_H_
