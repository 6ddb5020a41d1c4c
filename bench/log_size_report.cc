#include "bench/log_size_report.h"

#include <fmt/format.h>

#include <cmath>

namespace decree::bench {
namespace {

double rounded(double value, double steps) { return std::round(value * steps) / steps; }

}  // namespace

nlohmann::ordered_json to_json(const std::vector<LogSizeRow>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const LogSizeRow& row : rows) {
    list.push_back({{"log_bytes", row.log_bytes},
                    {"p50_us", rounded(row.p50_us, 10)},
                    {"p99_us", rounded(row.p99_us, 10)},
                    {"floor_us", rounded(row.floor_us, 10)},
                    {"floors", rounded(row.floors(), 100)},
                    {"start_s", rounded(row.start_s, 1000)},
                    {"read_s", rounded(row.read_s, 1000)},
                    {"share", rounded(row.share(), 100)}});
  }
  return {{"log-size", list}};
}

std::string to_table(const std::vector<LogSizeRow>& rows) {
  std::string table =
      fmt::format("{:>9} {:>9} {:>9} {:>9} {:>7} {:>9} {:>11} {:>9} {:>7}\n", "log MiB", "p50 us",
                  "p99 us", "floor us", "floors", "start s", "MiB/s", "read s", "share");
  for (const LogSizeRow& row : rows) {
    const double mebibytes = static_cast<double>(row.log_bytes) / (1u << 20);
    table += fmt::format(
        "{:>9.0f} {:>9.0f} {:>9.0f} {:>9.0f} {:>7.2f} {:>9.2f} {:>11.0f} {:>9.2f} {:>7.2f}\n",
        mebibytes, row.p50_us, row.p99_us, row.floor_us, row.floors(), row.start_s,
        mebibytes / row.start_s, row.read_s, row.share());
  }
  return table;
}

}  // namespace decree::bench
