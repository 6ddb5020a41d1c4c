// The subcommand `latency`: commit latency beside its floor.
#ifndef DECREE_BENCH_LATENCY_H_
#define DECREE_BENCH_LATENCY_H_

#include <CLI/CLI.hpp>

namespace decree::bench {

void add_latency(CLI::App& program);

}  // namespace decree::bench

#endif  // DECREE_BENCH_LATENCY_H_
