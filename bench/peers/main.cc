// decree-bench-peers: measures Decree beside other systems on the same machine.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>

#include "bench/floor_worker.h"
#include "bench/peers/client_worker.h"
#include "bench/peers/libraft_worker.h"
#include "bench/peers/peers.h"
#include "bench/replica_worker.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App program("Measures Decree beside other systems on the same machine.");
  program.require_subcommand(1);
  decree::bench::add_peers(program);
  decree::bench::add_floor_worker(program);
  decree::bench::add_replica_worker(program);
  decree::bench::add_libraft_worker(program);
  decree::bench::add_client_worker(program);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error);
  } catch (const std::exception& error) {
    fmt::print(stderr, "decree-bench-peers: {}\n", error.what());
    return 1;
  }
  return 0;
}
