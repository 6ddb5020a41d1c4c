// decree-bench: measures Decree, beside what the same machine does without it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>

#include "bench/commits.h"
#include "bench/failover.h"
#include "bench/floor_worker.h"
#include "bench/hand_over.h"
#include "bench/join.h"
#include "bench/log_size.h"
#include "bench/reads.h"
#include "bench/replica_worker.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App program("Measures Decree, beside what the same machine does without it.");
  program.require_subcommand(1);
  decree::bench::add_commits(program);
  decree::bench::add_reads(program);
  decree::bench::add_failover(program);
  decree::bench::add_hand_over(program);
  decree::bench::add_log_size(program);
  decree::bench::add_join(program);
  decree::bench::add_floor_worker(program);
  decree::bench::add_replica_worker(program);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error);
  } catch (const std::exception& error) {
    fmt::print(stderr, "decree-bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
