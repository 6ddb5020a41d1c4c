#include "bench/commits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bench/commit_report.h"
#include "bench/common_options.h"
#include "bench/floor_group.h"
#include "bench/plot.h"
#include "bench/replica_group.h"
#include "bench/scratch.h"
#include "bench/stalls.h"

namespace decree::bench {
namespace {

/// A subcommand: every combination of what is listed is measured.
struct Settings {
  std::string name;
  std::string what;
  std::vector<std::size_t> replicas;
  std::vector<std::uint32_t> payload_bytes;
  std::vector<std::uint32_t> outstanding;
  double open_fraction = 0;  // of the most that was measured, for an open loop; 0: none
  bool stages = false;
  bool new_logs = false;  // not ones that have gone round
  double seconds = 2;
  std::size_t rounds = 3;
  std::string directory = "/var/tmp";
  std::string plot = {};  // a file, or none
};

std::vector<Settings> subcommands() {
  return {{.name = "latency",
           .what = "Commit latency",
           .replicas = {3},
           .payload_bytes = {256},
           .outstanding = {1, 8, 64, 256, 1024},
           .stages = true},
          {.name = "throughput",
           .what = "Commits a second under load",
           .replicas = {3},
           .payload_bytes = {64, 256},
           .outstanding = {64, 256, 1024, 4096},
           .open_fraction = 0.5},
          {.name = "payload",
           .what = "Commits of small and large commands",
           .replicas = {3},
           .payload_bytes = {16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576},
           .outstanding = {1, 16}},
          {.name = "replicas",
           .what = "Commits in groups of other sizes",
           .replicas = {1, 3, 5, 7},
           .payload_bytes = {256},
           .outstanding = {1, 64}}};
}

/// One combination.
struct Setting {
  std::size_t replicas = 0;
  LoadRequest request;
};

std::vector<Setting> combinations(const Settings& settings) {
  std::vector<Setting> list;
  for (const std::size_t replicas : settings.replicas) {
    for (const std::uint32_t payload_bytes : settings.payload_bytes) {
      for (const std::uint32_t outstanding : settings.outstanding) {
        list.push_back({replicas,
                        {.outstanding = outstanding,
                         .payload_bytes = payload_bytes,
                         .seconds = settings.seconds,
                         .rate_per_s = 0,
                         .stages = settings.stages}});
      }
    }
  }
  return list;
}

/// An open loop for each group of rows that differ in what was in flight only.
std::vector<Setting> open_loops(const Settings& settings, const std::vector<CommitRow>& rows) {
  std::vector<Setting> list;
  for (std::size_t at = 0; at < rows.size(); at += settings.outstanding.size()) {
    const auto group = std::span(rows).subspan(at, settings.outstanding.size());
    const CommitRow& most = *std::ranges::max_element(group, {}, &CommitRow::commits_per_s);
    list.push_back({most.replicas,
                    {.outstanding = 0,
                     .payload_bytes = most.payload_bytes,
                     .seconds = settings.seconds,
                     .rate_per_s = most.commits_per_s * settings.open_fraction,
                     .stages = settings.stages}});
  }
  return list;
}

void say(const std::string& line) { fmt::print(stderr, "{}\n", line); }

std::string disk_of(Process& worker) {
  return ask(worker, {{"status", true}}, 10).at("disk").get<std::string>();
}

std::string machine(WorkerGroup& replicas, const std::string& scratch) {
  WorkerGroup floor = start_floor(scratch, replicas.processes.size(), floor_variants().front());
  return fmt::format("{}; replicas write with {}, the floor with {}", machine_name(),
                     disk_of(replicas.processes[replicas.leader]), disk_of(floor.processes[0]));
}

Measurement measure_engine(WorkerGroup& replicas, const LoadRequest& request) {
  Measurement measurement;
  run_until_it_counts(replicas, [&] {
    measurement = measure(replicas, request);
    return measurement.load.problem;
  });
  return measurement;
}

Round measure_round(WorkerGroup& replicas, const std::string& scratch, const LoadRequest& request) {
  LoadRequest floor_request = request;
  floor_request.outstanding = std::max(request.outstanding, 1U);
  floor_request.rate_per_s = 0;
  Round round{.engine = measure_engine(replicas, request),
              .floors = measure_floors(scratch, replicas.processes.size(), floor_request)};
  if (request.rate_per_s > 0) {
    round.open_floor = measure_open_floor(scratch, replicas.processes.size(), request);
  }
  return round;
}

std::string progress(const Round& round) {
  std::string line = fmt::format("engine {:.0f} us", round.engine.load.p50_us);
  for (std::size_t i = 0; i < round.floors.size(); ++i) {
    line +=
        fmt::format(", floor {} {:.0f} us", floor_variants()[i].name, round.floors[i].load.p50_us);
  }
  return line;
}

std::string load_name(const LoadRequest& request) {
  if (request.rate_per_s > 0) return fmt::format("{:.0f} a second", request.rate_per_s);
  return fmt::format("{} outstanding", request.outstanding);
}

/// New replicas for each setting, so that none inherits the log of the one before.
CommitRow measure_setting(const Setting& setting, std::size_t rounds, bool new_logs,
                          const std::string& scratch, std::string& machine_line) {
  const LoadRequest& request = setting.request;
  const Scratch logs(scratch);
  const auto more = new_logs ? std::vector<std::string>() : recycling_log();
  WorkerGroup replicas = start_replicas(logs.path(), setting.replicas, more);
  if (machine_line.empty()) {
    machine_line = machine(replicas, scratch);
  }
  if (!new_logs) fill_logs(replicas);
  std::vector<Round> measured;
  while (measured.size() < rounds) {
    measured.push_back(measure_round(replicas, scratch, request));
    say(fmt::format("{} replicas, {} B, {}, round {} of {}: p50 of {}", setting.replicas,
                    request.payload_bytes, load_name(request), measured.size(), rounds,
                    progress(measured.back())));
  }
  return summarize(setting.replicas, request, measured, floor_names());
}

void run(const Settings& settings) {
  throw_on_interrupt();
  if (!settings.plot.empty()) {
    require_gnuplot();
  }
  std::filesystem::create_directories(settings.directory);
  const Scratch scratch(settings.directory);
  make_floor_files(scratch.path(), *std::ranges::max_element(settings.replicas));
  std::string machine_line;
  const auto measure = [&](const Setting& setting) {
    return measure_setting(setting, settings.rounds, settings.new_logs, scratch.path(),
                           machine_line);
  };
  std::vector<CommitRow> rows;
  for (const Setting& setting : combinations(settings)) {
    rows.push_back(measure(setting));
  }
  std::string tails;
  if (settings.open_fraction > 0) {
    for (const Setting& setting : open_loops(settings, rows)) {
      rows.push_back(measure(setting));
    }
    const double enough = settings.seconds * static_cast<double>(settings.rounds);
    tails = describe(measure_stalls(enough)) + "\n\n";
  }
  fmt::print("{}, from a caller in the leader's process, in us\n{}\n\n{}\n{}{}\n", settings.what,
             machine_line, to_table(rows), tails, to_json(settings.name, rows).dump());
  if (!settings.plot.empty()) {
    plot(settings.plot, settings.what, rows);
  }
}

}  // namespace

void add_commits(CLI::App& program) {
  for (const Settings& defaults : subcommands()) {
    auto settings = std::make_shared<Settings>(defaults);
    CLI::App* command = program.add_subcommand(
        settings->name, settings->what + ", from a caller in the leader's process");
    add_outstanding(*command, settings->outstanding);
    add_payload(*command, settings->payload_bytes);
    command->add_option("--replicas", settings->replicas, "Sizes of the group, e.g. 3,5")
        ->delimiter(',')
        ->check(CLI::Range(1, 9))
        ->capture_default_str();
    command
        ->add_option("--open", settings->open_fraction,
                     "At the end commands that come by themselves, at this part of the most")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command
        ->add_flag("--stages,!--no-stages", settings->stages,
                   "Say where the time of the commits goes")
        ->capture_default_str();
    command->add_flag("--new-logs", settings->new_logs,
                      "Segments are made for the first time while it measures, not used again");
    add_seconds(*command, settings->seconds, "Of each run, after its warm-up");
    add_rounds(*command, settings->rounds, "Engine and floor in turn, for the medians");
    add_directory(*command, settings->directory);
    add_plot(*command, settings->plot);
    command->callback([settings] { run(*settings); });
  }
}

}  // namespace decree::bench
