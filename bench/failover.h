// The subcommand that kills leaders.
#ifndef DECREE_BENCH_FAILOVER_H_
#define DECREE_BENCH_FAILOVER_H_

#include <CLI/CLI.hpp>

namespace decree::bench {

/// `failover`: from the kill of a leader to the next acknowledged write, beside its floor.
void add_failover(CLI::App& program);

}  // namespace decree::bench

#endif  // DECREE_BENCH_FAILOVER_H_
