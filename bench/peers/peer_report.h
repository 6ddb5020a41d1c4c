// From what was measured of several systems to what is printed.
#ifndef DECREE_BENCH_PEERS_PEER_REPORT_H_
#define DECREE_BENCH_PEERS_PEER_REPORT_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bench/commit_report.h"
#include "bench/peers/system.h"

namespace decree::bench {

/// One system under one setting.
struct PeerRow {
  std::string system;
  Caller caller = Caller::in_leader;
  CommitRow commits;
  /// The row of Decree with a caller of the same kind, empty if that was not measured, and how many
  /// times as long as there half of the commits take.
  std::string beside;
  double ratio_beside = 0;
};

/// One system under all settings.
struct PeerFacts {
  std::string system;
  std::string version;
  std::size_t repeated_runs = 0;
};

/// Fills in what each row stands beside; the rows are of one setting.
void compare(std::vector<PeerRow>& rows);

/// {"peers": [...], "versions": {...}, "repeated_runs": {...}}
nlohmann::ordered_json to_json(const std::vector<PeerRow>& rows,
                               const std::vector<PeerFacts>& systems);

/// One line for each row under a heading, for people.
std::string to_table(const std::vector<PeerRow>& rows);

/// What to know when reading the table.
std::string_view notes();

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_PEER_REPORT_H_
