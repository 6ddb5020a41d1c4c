// The replicas that are measured, seen from the program that starts them.
#ifndef DECREE_BENCH_REPLICA_GROUP_H_
#define DECREE_BENCH_REPLICA_GROUP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/worker_group.h"

namespace decree::bench {

/// The command line of the replica at `place`, with its log below `directory`. `worker` is the
/// subcommand that a replica runs.
std::vector<std::string> replica_arguments(const std::string& directory, std::size_t place,
                                           const std::vector<std::uint16_t>& ports,
                                           const std::string& worker = "replica");

/// Starts `replicas` replicas with new logs below `directory` and waits until one leads. `more` is
/// added to each command line.
WorkerGroup start_replicas(const std::string& directory, std::size_t replicas,
                           const std::vector<std::string>& more = {},
                           const std::string& worker = "replica");

/// Sets `group.leader`, once a replica leads and holds a lease. Throws std::runtime_error when none
/// does within half a minute.
void await_leader(WorkerGroup& group);

/// For the command line of a replica whose log goes round within a second or two of writing.
std::vector<std::string> recycling_log();

/// Writes until each replica has dropped a part of its log: from then on segments are used again,
/// as in a log that is older than a few minutes, and none is made of zeros first.
void fill_logs(WorkerGroup& group);

/// Calls `run`, which returns why the run does not count, or nothing. A leader that moves spoils a
/// run and not the benchmark: throws std::runtime_error after five in a row.
void run_until_it_counts(const std::function<std::string()>& run);

/// The same, each time once a replica leads.
void run_until_it_counts(WorkerGroup& group, const std::function<std::string()>& run);

}  // namespace decree::bench

#endif  // DECREE_BENCH_REPLICA_GROUP_H_
