// What a leader of a group on several hosts prints.
#ifndef DECREE_BENCH_JOIN_REPORT_H_
#define DECREE_BENCH_JOIN_REPORT_H_

#include <string>
#include <vector>

#include "bench/commit_report.h"

namespace decree::bench {

/// {"join": [...]}; of rows without a floor, whose processor time is the leader's.
std::string to_join_json(const std::vector<CommitRow>& rows);

/// Latencies, and where they come from.
std::string to_join_table(const std::vector<CommitRow>& rows);

}  // namespace decree::bench

#endif  // DECREE_BENCH_JOIN_REPORT_H_
