// From logs of different sizes to what is printed.
#ifndef DECREE_BENCH_LOG_SIZE_REPORT_H_
#define DECREE_BENCH_LOG_SIZE_REPORT_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace decree::bench {

/// A group whose log holds so much, behind no snapshot.
struct LogSizeRow {
  std::uint64_t log_bytes = 0;  // of the files that a start reads
  double p50_us = 0;            // of one commit at a time, the median of the rounds
  double p99_us = 0;
  double floor_us = 0;  // p50, in the same rounds
  double start_s = 0;   // of a replica that was killed, until it serves; the median
  double read_s = 0;    // of its files, one after the other, past the page cache; the median

  [[nodiscard]] double floors() const { return p50_us / floor_us; }
  /// Of the disk's sequential speed.
  [[nodiscard]] double share() const { return read_s / start_s; }
};

/// {"log-size": [...]}
nlohmann::ordered_json to_json(const std::vector<LogSizeRow>& rows);

/// One line for each row under a heading, for people.
std::string to_table(const std::vector<LogSizeRow>& rows);

}  // namespace decree::bench

#endif  // DECREE_BENCH_LOG_SIZE_REPORT_H_
