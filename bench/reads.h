// The subcommand `reads`: what lease checks and reads cost, beside one reading of the clock.
#ifndef DECREE_BENCH_READS_H_
#define DECREE_BENCH_READS_H_

#include <CLI/CLI.hpp>

namespace decree::bench {

void add_reads(CLI::App& program);

}  // namespace decree::bench

#endif  // DECREE_BENCH_READS_H_
