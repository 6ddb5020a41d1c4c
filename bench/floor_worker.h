// The hidden subcommand `floor`: one process of the floor.
#ifndef DECREE_BENCH_FLOOR_WORKER_H_
#define DECREE_BENCH_FLOOR_WORKER_H_

#include <CLI/CLI.hpp>

namespace decree::bench {

void add_floor_worker(CLI::App& program);

}  // namespace decree::bench

#endif  // DECREE_BENCH_FLOOR_WORKER_H_
