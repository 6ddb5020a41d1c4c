// The subcommand that measures a group of replicas on several hosts.
#ifndef DECREE_BENCH_JOIN_H_
#define DECREE_BENCH_JOIN_H_

#include <CLI/CLI.hpp>

namespace decree::bench {

/// `join`, started once on each host: whoever leads measures.
void add_join(CLI::App& program);

}  // namespace decree::bench

#endif  // DECREE_BENCH_JOIN_H_
