#include "bench/latency.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/floor_group.h"
#include "bench/latency_report.h"
#include "bench/replica_group.h"
#include "bench/scratch.h"

namespace decree::bench {
namespace {

struct Settings {
  std::vector<std::uint32_t> outstanding = {1, 8, 64, 256, 1024};
  std::uint32_t payload_bytes = 256;
  double seconds = 2;
  std::size_t rounds = 3;
  std::size_t replicas = 3;
  std::string directory = "/var/tmp";
};

// A leader that moves in the middle of a run spoils the run, not the benchmark.
constexpr int kAttempts = 5;

void say(const std::string& line) { fmt::print(stderr, "{}\n", line); }

std::string disk_of(Process& worker) {
  return ask(worker, {{"status", true}}, 10).at("disk").get<std::string>();
}

std::string machine(WorkerGroup& replicas, const std::string& scratch, std::size_t count) {
  utsname kernel{};
  ::uname(&kernel);
  WorkerGroup floor = start_floor(scratch, count, floor_variants().front());
  return fmt::format("{} processors, {} {}; replicas write with {}, the floor with {}",
                     std::thread::hardware_concurrency(), kernel.sysname, kernel.release,
                     disk_of(replicas.processes[replicas.leader]), disk_of(floor.processes[0]));
}

Measurement measure_engine(WorkerGroup& replicas, const LoadRequest& request) {
  std::string problem;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    await_leader(replicas);
    Measurement measurement = measure(replicas, request);
    problem = measurement.load.problem;
    if (problem.empty()) {
      return measurement;
    }
    say(fmt::format("  a run does not count: {}; once more", problem));
  }
  throw std::runtime_error(fmt::format("{} runs in a row failed: {}", kAttempts, problem));
}

Round measure_round(WorkerGroup& replicas, const Settings& settings, const std::string& scratch,
                    const LoadRequest& request) {
  Round round{.engine = measure_engine(replicas, request), .floors = {}};
  for (const FloorVariant& variant : floor_variants()) {
    WorkerGroup floor = start_floor(scratch, settings.replicas, variant);
    round.floors.push_back(measure(floor, request));
  }
  return round;
}

std::vector<std::string> variant_names() {
  std::vector<std::string> names;
  std::transform(floor_variants().begin(), floor_variants().end(), std::back_inserter(names),
                 [](const FloorVariant& variant) { return variant.name; });
  return names;
}

std::string progress(const Round& round) {
  std::string line = fmt::format("engine {:.0f} us", round.engine.load.p50_us);
  for (std::size_t i = 0; i < round.floors.size(); ++i) {
    line +=
        fmt::format(", floor {} {:.0f} us", floor_variants()[i].name, round.floors[i].load.p50_us);
  }
  return line;
}

/// New replicas for each setting, so that none inherits the log of the one before.
LatencyRow measure_setting(const Settings& settings, const std::string& scratch,
                           std::uint32_t outstanding, std::string& machine_line) {
  const LoadRequest request{.outstanding = outstanding,
                            .payload_bytes = settings.payload_bytes,
                            .seconds = settings.seconds};
  const Scratch logs(scratch);
  WorkerGroup replicas = start_replicas(logs.path(), settings.replicas);
  if (machine_line.empty()) {
    machine_line = machine(replicas, scratch, settings.replicas);
  }
  std::vector<Round> rounds;
  while (rounds.size() < settings.rounds) {
    rounds.push_back(measure_round(replicas, settings, scratch, request));
    say(fmt::format("{} outstanding, round {} of {}: p50 of {}", outstanding, rounds.size(),
                    settings.rounds, progress(rounds.back())));
  }
  return summarize(request, rounds, variant_names());
}

void run(const Settings& settings) {
  throw_on_interrupt();
  std::filesystem::create_directories(settings.directory);
  const Scratch scratch(settings.directory);
  make_floor_files(scratch.path(), settings.replicas);
  std::string machine_line;
  std::vector<LatencyRow> rows;
  for (const std::uint32_t outstanding : settings.outstanding) {
    rows.push_back(measure_setting(settings, scratch.path(), outstanding, machine_line));
  }
  fmt::print("Commit latency of {} B in the leader's process, {} replicas, in us\n{}\n\n{}\n{}\n",
             settings.payload_bytes, settings.replicas, machine_line, to_table(rows),
             to_json(rows).dump());
}

}  // namespace

void add_latency(CLI::App& program) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = program.add_subcommand(
      "latency", "Commit latency from a caller in the leader's process, beside its floor");
  command->add_option("--outstanding", settings->outstanding, "Commands in flight, e.g. 1,8,64")
      ->delimiter(',')
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command->add_option("--payload", settings->payload_bytes, "Bytes of a command")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command->add_option("--seconds", settings->seconds, "Of each run, after its warm-up")
      ->check(CLI::Range(0.05, 3600.0))
      ->capture_default_str();
  command->add_option("--rounds", settings->rounds, "Engine and floor in turn, for the medians")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--replicas", settings->replicas, "Processes of the group and of the floor")
      ->check(CLI::Range(1, 9))
      ->capture_default_str();
  command->add_option("--directory", settings->directory, "On the disk to measure")
      ->capture_default_str();
  command->callback([settings] { run(*settings); });
}

}  // namespace decree::bench
