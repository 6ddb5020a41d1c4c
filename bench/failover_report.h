// From kills to what is printed and drawn.
#ifndef DECREE_BENCH_FAILOVER_REPORT_H_
#define DECREE_BENCH_FAILOVER_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/session_load.h"
#include "decree/options.h"

namespace decree::bench {

/// One kill of a leader.
struct Kill {
  double ms = 0;        // until a write that was proposed after it was acknowledged at a survivor
  double gap_ms = 0;    // the longest time without an acknowledgement at a survivor
  double floor_ms = 0;  // until the leases that the dead leader surely had were over
  double gone_ms = 0;   // until the kernel had taken the process apart
};

/// What the loads at the survivors saw of it; nothing if the replica that was killed did not lead.
/// `gone_ns` is when the process was no more.
///
/// The floor: a write that was acknowledged before the kill was accepted by a survivor at its
/// proposal or later, and that survivor granted a lease with it. No other leader may announce
/// anything before that is over.
std::optional<Kill> kill_of(const std::vector<SessionLoadState>& survivors, std::int64_t killed_ns,
                            std::int64_t gone_ns, std::uint64_t lease_us);

/// All kills with one setting.
struct FailoverRun {
  std::string settings;
  Options options;
  std::vector<Kill> kills;
  double leased = 0;  // share of time, before the first kill and without load
  std::uint64_t acknowledged = 0;
  std::uint64_t unknown = 0;  // attempts whose outcome nobody told; each was tried again
  std::uint64_t moved = 0;    // kills that did not count: another replica led already
  std::uint64_t lost = 0;     // acknowledged, and not applied by every replica exactly once
};

/// `kills` is not empty.
struct FailoverRow {
  std::string settings;
  std::uint64_t heartbeat_us = 0;
  std::uint64_t suspect_us = 0;
  std::uint64_t lease_us = 0;
  std::size_t kills = 0;
  double least_ms = 0;
  double median_ms = 0;
  double p90_ms = 0;
  double max_ms = 0;
  double gap_max_ms = 0;
  double floor_ms = 0;  // the median
  double ratio = 0;     // of the medians; 0 without leases, which have no floor
  double gone_ms = 0;   // the median
  double leased = 0;    // share of time
  std::uint64_t acknowledged = 0;
  std::uint64_t unknown = 0;
  std::uint64_t moved = 0;
  std::uint64_t lost = 0;
};

FailoverRow summarize(const FailoverRun& run);

/// {"failover": [...]}
nlohmann::ordered_json to_json(const std::vector<FailoverRow>& rows);

/// One line for each row under a heading, for people.
std::string to_table(const std::vector<FailoverRow>& rows);

/// What gnuplot is told: for each setting, how many of the kills were over by when.
std::string plot_script(const std::string& file, const std::vector<FailoverRun>& runs);

}  // namespace decree::bench

#endif  // DECREE_BENCH_FAILOVER_REPORT_H_
