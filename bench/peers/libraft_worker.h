// The hidden subcommand `libraft`: one replica of a group of libraft.
#ifndef DECREE_BENCH_PEERS_LIBRAFT_WORKER_H_
#define DECREE_BENCH_PEERS_LIBRAFT_WORKER_H_

#include <CLI/CLI.hpp>

namespace decree::bench {

void add_libraft_worker(CLI::App& program);

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_LIBRAFT_WORKER_H_
