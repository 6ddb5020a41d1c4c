// The subcommands that measure commits from a caller in the leader's process, beside their floor.
#ifndef DECREE_BENCH_COMMITS_H_
#define DECREE_BENCH_COMMITS_H_

#include <CLI/CLI.hpp>

namespace decree::bench {

/// `latency`, `throughput`, `payload` and `replicas`: one measurement, over other settings each.
void add_commits(CLI::App& program);

}  // namespace decree::bench

#endif  // DECREE_BENCH_COMMITS_H_
