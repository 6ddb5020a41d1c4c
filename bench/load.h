// What a benchmark asks of the process that carries the load, and what it answers: one line of JSON
// each, over the process' standard input and output.
#ifndef DECREE_BENCH_LOAD_H_
#define DECREE_BENCH_LOAD_H_

#include <array>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/histogram.h"

namespace decree::bench {

/// For `seconds`. A closed loop: `outstanding` commands are in flight at all times. Or an open one:
/// commands come at `rate_per_s`, whatever is in flight.
struct LoadRequest {
  std::uint32_t outstanding = 1;
  std::uint32_t payload_bytes = 256;
  double seconds = 1;
  double rate_per_s = 0;  // 0: a closed loop
  bool stages = false;    // whether to time them
};

/// Of all latencies, for a curve.
inline constexpr std::array kFractions{0.0,  0.25,  0.5,   0.75,   0.9,    0.95,
                                       0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99995};

/// Latencies run from the moment a command was due until it was done. In a closed loop it is due
/// when the completion that made room for it was seen.
struct LoadResult {
  std::uint64_t commits = 0;
  double elapsed_us = 0;
  double p50_us = 0;
  double p99_us = 0;
  double p999_us = 0;
  double max_us = 0;
  std::vector<double> percentiles_us;  // at kFractions
  std::vector<double> stages_us;       // medians at kStages, if they were asked for
  std::string problem;                 // empty, or why the run does not count
};

/// `latencies` are in nanoseconds.
LoadResult summary(const Histogram& latencies, std::int64_t elapsed_ns);

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LoadRequest, outstanding, payload_bytes, seconds, rate_per_s,
                                   stages)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LoadResult, commits, elapsed_us, p50_us, p99_us, p999_us, max_us,
                                   percentiles_us, stages_us, problem)

/// Answers requests until the standard input ends.
void serve_requests(const std::function<nlohmann::json(const nlohmann::json&)>& answer);

/// CLOCK_MONOTONIC in nanoseconds.
std::int64_t now_ns();

}  // namespace decree::bench

#endif  // DECREE_BENCH_LOAD_H_
