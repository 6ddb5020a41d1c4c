#include "bench/join_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "bench/spread.h"
#include "bench/stages.h"

namespace decree::bench {
namespace {

/// Of one figure, over all rounds.
template <typename Figure>
double median(const std::vector<LoadResult>& rounds, Figure figure) {
  std::vector<double> values;
  std::transform(rounds.begin(), rounds.end(), std::back_inserter(values), figure);
  return spread_of(std::move(values)).median;
}

double commits_per_s(const LoadResult& round) {
  return static_cast<double>(round.commits) / (round.elapsed_us / 1e6);
}

double tenths(double value) { return std::round(value * 10) / 10; }

}  // namespace

JoinRow summarize(std::uint32_t outstanding, const std::vector<LoadResult>& rounds) {
  JoinRow row{.outstanding = outstanding,
              .p50_us = median(rounds, [](const LoadResult& round) { return round.p50_us; }),
              .p99_us = median(rounds, [](const LoadResult& round) { return round.p99_us; }),
              .p999_us = median(rounds, [](const LoadResult& round) { return round.p999_us; }),
              .max_us = median(rounds, [](const LoadResult& round) { return round.max_us; }),
              .commits_per_s = median(rounds, commits_per_s),
              .stages_us = {}};
  for (std::size_t at = 0; at < kStages.size(); ++at) {
    const auto stage = [at](const LoadResult& round) { return round.stages_us.at(at); };
    row.stages_us.push_back(median(rounds, stage));
  }
  return row;
}

std::string to_json(std::size_t replicas, std::uint32_t payload_bytes,
                    const std::vector<JoinRow>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const JoinRow& row : rows) {
    list.push_back({{"replicas", replicas},
                    {"outstanding", row.outstanding},
                    {"payload_bytes", payload_bytes},
                    {"p50_us", tenths(row.p50_us)},
                    {"p99_us", tenths(row.p99_us)},
                    {"p999_us", tenths(row.p999_us)},
                    {"max_us", tenths(row.max_us)},
                    {"commits_per_s", std::round(row.commits_per_s)},
                    {"stages_us", stages_json(row.stages_us)}});
  }
  return nlohmann::ordered_json{{"join", list}}.dump();
}

std::string to_table(const std::vector<JoinRow>& rows) {
  std::string table = fmt::format("{:>12} {:>8} {:>8} {:>8} {:>9} {:>9}\n", "in flight", "p50",
                                  "p99", "p99.9", "max", "/s");
  std::vector<StageRow> stages;
  for (const JoinRow& row : rows) {
    table += fmt::format("{:>12} {:>8.0f} {:>8.0f} {:>8.0f} {:>9.0f} {:>9.0f}\n", row.outstanding,
                         row.p50_us, row.p99_us, row.p999_us, row.max_us, row.commits_per_s);
    stages.push_back({std::to_string(row.outstanding), row.stages_us});
  }
  return table + stage_table(stages);
}

}  // namespace decree::bench
