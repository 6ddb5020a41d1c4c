// The hidden subcommand `client`: carries the load to a server on loopback.
#ifndef DECREE_BENCH_PEERS_CLIENT_WORKER_H_
#define DECREE_BENCH_PEERS_CLIENT_WORKER_H_

#include <CLI/CLI.hpp>

namespace decree::bench {

void add_client_worker(CLI::App& program);

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_CLIENT_WORKER_H_
