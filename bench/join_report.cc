#include "bench/join_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "bench/decimals.h"
#include "bench/stages.h"

namespace decree::bench {

std::string to_join_json(const std::vector<CommitRow>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const CommitRow& row : rows) {
    list.push_back({{"replicas", row.replicas},
                    {"outstanding", row.outstanding},
                    {"payload_bytes", row.payload_bytes},
                    {"p50_us", tenths(row.p50_us)},
                    {"p99_us", tenths(row.p99_us)},
                    {"p999_us", tenths(row.p999_us)},
                    {"max_us", tenths(row.max_us)},
                    {"commits_per_s", std::round(row.commits_per_s)},
                    {"leader_cpu_us_per_commit", thousandths(row.cpu_us_per_commit)},
                    {"stages_us", stages_json(row.stages_us)}});
  }
  return nlohmann::ordered_json{{"join", list}}.dump();
}

std::string to_join_table(const std::vector<CommitRow>& rows) {
  std::string table = fmt::format("{:>12} {:>8} {:>8} {:>8} {:>9} {:>9} {:>7}\n", "in flight",
                                  "p50", "p99", "p99.9", "max", "/s", "cpu");
  std::vector<StageRow> stages;
  for (const CommitRow& row : rows) {
    table += fmt::format("{:>12} {:>8.0f} {:>8.0f} {:>8.0f} {:>9.0f} {:>9.0f} {:>7.1f}\n",
                         row.outstanding, row.p50_us, row.p99_us, row.p999_us, row.max_us,
                         row.commits_per_s, row.cpu_us_per_commit);
    stages.push_back({std::to_string(row.outstanding), row.stages_us});
  }
  return table + stage_table(stages);
}

}  // namespace decree::bench
