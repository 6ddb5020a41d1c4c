// The subcommand that measures Decree beside other systems.
#ifndef DECREE_BENCH_PEERS_PEERS_H_
#define DECREE_BENCH_PEERS_PEERS_H_

#include <CLI/CLI.hpp>

namespace decree::bench {

void add_peers(CLI::App& program);

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_PEERS_H_
