#include "bench/reads.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/common_options.h"
#include "bench/decimals.h"
#include "bench/read_loop.h"
#include "bench/replica_group.h"
#include "bench/scratch.h"
#include "bench/spread.h"

namespace decree::bench {
namespace {

struct Settings {
  double seconds = 0.5;
  std::size_t rounds = 5;
  std::string directory = "/var/tmp";
};

/// A line of the table: at the leader or at a follower.
struct Kind {
  std::string how;
  bool follower = false;
};

const std::array<Kind, 6> kKinds{{{"clock"},
                                  {"lease check"},
                                  {"engine thread"},
                                  {"engine thread, local"},
                                  {"other thread"},
                                  {"engine thread", true}}};
constexpr std::size_t kReplicas = 3;
constexpr double kPatienceSeconds = 30;

/// Nanoseconds each.
double measure(WorkerGroup& replicas, const Kind& kind, double seconds) {
  ReadResult result;
  run_until_it_counts(replicas, [&] {
    const std::size_t place = (replicas.leader + (kind.follower ? 1 : 0)) % kReplicas;
    result =
        ask(replicas.processes[place], ReadRequest{kind.how, seconds}, seconds + kPatienceSeconds)
            .get<ReadResult>();
    return result.problem;
  });
  return result.elapsed_us * 1e3 / static_cast<double>(result.reads);
}

void report(const Settings& settings, const std::array<std::vector<double>, kKinds.size()>& ns) {
  fmt::print(
      "Reads of {} replicas in ns each, medians of {} rounds; the floor is one reading of the "
      "clock\n\n{:<32} {:>8} {:>18} {:>12} {:>7}\n",
      kReplicas, settings.rounds, "", "ns", "(rounds)", "/s", "ratio");
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  const double floor = spread_of(ns[0]).median;
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    const std::string name = kKinds[i].how + (kKinds[i].follower ? ", at a follower" : "");
    const auto [least, each, most] = spread_of(ns[i]);
    fmt::print("{:<32} {:>8.1f} {:>18} {:>12.0f} {:>7.2f}\n", name, each,
               fmt::format("({:.1f}-{:.1f})", least, most), 1e9 / each, each / floor);
    list.push_back({{"kind", name},
                    {"ns", tenths(each)},
                    {"per_s", std::round(1e9 / each)},
                    {"ratio_clock", thousandths(each / floor)}});
  }
  fmt::print("\n{}\n", nlohmann::ordered_json{{"reads", list}}.dump());
}

void run(const Settings& settings) {
  throw_on_interrupt();
  std::filesystem::create_directories(settings.directory);
  const Scratch scratch(settings.directory);
  WorkerGroup replicas = start_replicas(scratch.path(), kReplicas);
  std::array<std::vector<double>, kKinds.size()> ns;
  for (std::size_t round = 0; round < settings.rounds; ++round) {
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
      ns[i].push_back(measure(replicas, kKinds[i], settings.seconds));
    }
  }
  report(settings, ns);
}

}  // namespace

void add_reads(CLI::App& program) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command =
      program.add_subcommand("reads", "Lease checks and reads, beside one reading of the clock");
  add_seconds(*command, settings->seconds, "Of each run");
  add_rounds(*command, settings->rounds, "All kinds in turn, for the medians");
  add_directory(*command, settings->directory, "For the logs");
  command->callback([settings] { run(*settings); });
}

}  // namespace decree::bench
