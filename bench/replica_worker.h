// The hidden subcommand `replica`: one replica of the measured group.
#ifndef DECREE_BENCH_REPLICA_WORKER_H_
#define DECREE_BENCH_REPLICA_WORKER_H_

#include <CLI/CLI.hpp>

namespace decree::bench {

void add_replica_worker(CLI::App& program);

}  // namespace decree::bench

#endif  // DECREE_BENCH_REPLICA_WORKER_H_
