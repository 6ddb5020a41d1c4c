// From pauses to what is printed.
#ifndef DECREE_BENCH_HAND_OVER_REPORT_H_
#define DECREE_BENCH_HAND_OVER_REPORT_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/loaded_group.h"

namespace decree::bench {

/// What was done again and again to a group under load, in an orderly way.
struct PauseRun {
  std::string event;              // "hand-over", "restart of the leader", ...
  std::vector<double> pauses_ms;  // each the longest without an acknowledgement at a client
  double calm_ms = 0;             // the median of the same over such times without the event
  LoadTally load;
};

/// `pauses_ms` is not empty.
struct PauseRow {
  std::string event;
  std::size_t times = 0;
  double least_ms = 0;
  double median_ms = 0;
  double p90_ms = 0;
  double max_ms = 0;
  double calm_ms = 0;
  double floor_ms = 0;
  double ratio = 0;  // of the median and the floor
  LoadTally load;
};

/// The floor is that of one commit.
PauseRow summarize(const PauseRun& run, double floor_ms);

/// {"hand-over": [...]}
nlohmann::ordered_json to_json(const std::vector<PauseRow>& rows);

/// One line for each row under a heading, for people.
std::string to_table(const std::vector<PauseRow>& rows);

}  // namespace decree::bench

#endif  // DECREE_BENCH_HAND_OVER_REPORT_H_
