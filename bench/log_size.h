// The subcommand that measures replicas with logs of different sizes.
#ifndef DECREE_BENCH_LOG_SIZE_H_
#define DECREE_BENCH_LOG_SIZE_H_

#include <CLI/CLI.hpp>

namespace decree::bench {

/// `log-size`: latency of commits and time of a start against what the log holds.
void add_log_size(CLI::App& program);

}  // namespace decree::bench

#endif  // DECREE_BENCH_LOG_SIZE_H_
