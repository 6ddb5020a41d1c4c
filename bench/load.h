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

/// A closed loop: `outstanding` commands are in flight at all times, for `seconds`.
struct LoadRequest {
  std::uint32_t outstanding = 1;
  std::uint32_t payload_bytes = 256;
  double seconds = 1;
};

/// Of all latencies, for a curve.
inline constexpr std::array kFractions{0.0,  0.25,  0.5,   0.75,   0.9,    0.95,
                                       0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99995};

/// Latencies run from the moment a command was due, which is when the completion that made room for
/// it was seen, until it was done.
struct LoadResult {
  std::uint64_t commits = 0;
  double elapsed_us = 0;
  double p50_us = 0;
  double p99_us = 0;
  double p999_us = 0;
  double max_us = 0;
  std::vector<double> percentiles_us;  // at kFractions
  std::string problem;                 // empty, or why the run does not count
};

/// `latencies` are in nanoseconds.
LoadResult summary(const Histogram& latencies, std::int64_t elapsed_ns);

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LoadRequest, outstanding, payload_bytes, seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LoadResult, commits, elapsed_us, p50_us, p99_us, p999_us, max_us,
                                   percentiles_us, problem)

/// Answers requests until the standard input ends.
void serve_requests(const std::function<nlohmann::json(const nlohmann::json&)>& answer);

/// CLOCK_MONOTONIC in nanoseconds.
std::int64_t now_ns();

}  // namespace decree::bench

#endif  // DECREE_BENCH_LOAD_H_
