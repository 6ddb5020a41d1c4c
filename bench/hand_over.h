// The subcommand that changes leaders and restarts replicas in an orderly way.
#ifndef DECREE_BENCH_HAND_OVER_H_
#define DECREE_BENCH_HAND_OVER_H_

#include <CLI/CLI.hpp>

namespace decree::bench {

/// `hand-over`: how long commits pause when leading is handed over, and in rolling restarts.
void add_hand_over(CLI::App& program);

}  // namespace decree::bench

#endif  // DECREE_BENCH_HAND_OVER_H_
