// decree-elections: the leader detector that ships beside two others, over the same seeds.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <exception>
#include <string>

#include "sim/elections/comparison.h"

int main(int argc, char** argv) {
  using namespace decree::sim::elections;
  CLI::App program("Elects leaders in virtual time, by three algorithms, over the same seeds.");
  Comparison comparison;
  std::string plot;
  program.add_option("--seeds", comparison.seeds, "Each runs every scenario with every algorithm")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
      ->capture_default_str();
  program.add_option("--from", comparison.from, "The first seed")->capture_default_str();
  program.add_option("--plot", plot, "Draws when runs had a stable leader to this SVG");
  CLI11_PARSE(program, argc, argv);
  try {
    const auto rows = compare(comparison);
    fmt::print(
        "{} seeds from {}; a timeout is {} ms, a heartbeat {} ms\n"
        "to a stable leader: in timeouts; none: share of runs without one within 100 timeouts\n"
        "changes: of a leader that was well, in 1,000 timeouts\n\n{}\n{}\n",
        comparison.seeds, comparison.from, kTimeout.ns / 1'000'000, kHeartbeat.ns / 1'000'000,
        to_table(rows), to_json(rows));
    if (!plot.empty()) draw(plot, rows);
  } catch (const std::exception& error) {
    fmt::print(stderr, "decree-elections: {}\n", error.what());
    return 1;
  }
  return 0;
}
