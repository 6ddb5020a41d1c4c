#include "bench/peers/peers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/common_options.h"
#include "bench/floor_group.h"
#include "bench/peers/lineup.h"
#include "bench/peers/peer_plot.h"
#include "bench/peers/peer_report.h"
#include "bench/peers/system.h"
#include "bench/plot.h"
#include "bench/scratch.h"

namespace decree::bench {
namespace {

constexpr std::size_t kReplicas = 3;

struct Settings {
  std::vector<std::string> peers;
  std::vector<std::uint32_t> outstanding = {1, 64, 1024};
  std::vector<std::uint32_t> payload_bytes = {256};
  double seconds = 2;
  std::size_t rounds = 5;
  std::string directory = "/var/tmp";
  std::string plot;  // a file, or none
};

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const SystemKind& kind : system_kinds()) {
    names.push_back(kind.name);
  }
  return names;
}

/// In their own order, each once.
std::vector<SystemKind> chosen_kinds(const Settings& settings) {
  std::vector<SystemKind> chosen;
  for (const SystemKind& kind : system_kinds()) {
    if (std::ranges::find(settings.peers, kind.name) != settings.peers.end()) {
      chosen.push_back(kind);
    }
  }
  return chosen;
}

std::vector<LoadRequest> combinations(const Settings& settings) {
  std::vector<LoadRequest> requests;
  for (const std::uint32_t payload_bytes : settings.payload_bytes) {
    for (const std::uint32_t outstanding : settings.outstanding) {
      requests.push_back({.outstanding = outstanding,
                          .payload_bytes = payload_bytes,
                          .seconds = settings.seconds});
    }
  }
  return requests;
}

void say(const std::string& line) { fmt::print(stderr, "{}\n", line); }

/// The rounds of one setting, of each system.
using Rounds = std::vector<std::vector<Round>>;

void measure_round(Lineup& lineup, const std::string& scratch, const LoadRequest& request,
                   Rounds& rounds) {
  const std::vector<Measurement> floors = measure_floors(scratch, kReplicas, request);
  const std::vector<Measurement> measured = lineup.measure_round(request);
  for (std::size_t i = 0; i < measured.size(); ++i) {
    rounds[i].push_back({.engine = measured[i], .floors = floors});
  }
}

std::string progress(const std::vector<SystemKind>& kinds, const Rounds& rounds) {
  std::string line;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    line += fmt::format("{}{} {:.0f} us", i == 0 ? "" : ", ", kinds[i].name,
                        rounds[i].back().engine.load.p50_us);
  }
  return line;
}

std::vector<PeerRow> measure_setting(Lineup& lineup, const std::vector<SystemKind>& kinds,
                                     const std::string& scratch, const LoadRequest& request,
                                     std::size_t count) {
  Rounds rounds(kinds.size());
  for (std::size_t round = 1; round <= count; ++round) {
    measure_round(lineup, scratch, request, rounds);
    say(fmt::format("{} B, {} outstanding, round {} of {}: p50 of {}", request.payload_bytes,
                    request.outstanding, round, count, progress(kinds, rounds)));
  }
  std::vector<PeerRow> rows;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    rows.push_back({.system = kinds[i].name,
                    .caller = kinds[i].caller,
                    .commits = summarize(kReplicas, request, rounds[i], floor_names()),
                    .beside = {},
                    .ratio_beside = 0});
  }
  compare(rows);
  return rows;
}

std::vector<PeerFacts> facts_of(const Lineup& lineup, const std::vector<SystemKind>& kinds) {
  std::vector<PeerFacts> facts;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    facts.push_back({.system = kinds[i].name,
                     .version = lineup.versions()[i],
                     .repeated_runs = lineup.repeated_runs()[i]});
  }
  return facts;
}

void report(const Settings& settings, const Lineup& lineup, const std::vector<PeerFacts>& systems,
            const std::vector<PeerRow>& rows) {
  std::string versions;
  for (const PeerFacts& facts : systems) {
    versions += fmt::format("{}{} {}", versions.empty() ? "" : ", ", facts.system, facts.version);
    versions +=
        facts.repeated_runs == 0 ? "" : fmt::format(" (runs repeated: {})", facts.repeated_runs);
  }
  fmt::print(
      "Commits of {} replicas, every write durable, in us; medians of {} rounds in turn\n{}\n"
      "{}; those that waited for their turn used {:.1f} % of one\n\n{}\n{}\n{}\n",
      kReplicas, settings.rounds, versions, machine_name(), lineup.waiting_share() * 100,
      to_table(rows), notes(), to_json(rows, systems).dump());
}

void run(const Settings& settings) {
  throw_on_interrupt();
  if (!settings.plot.empty()) {
    require_gnuplot();
  }
  std::filesystem::create_directories(settings.directory);
  const Scratch scratch(settings.directory);
  make_floor_files(scratch.path(), kReplicas);
  const std::vector<SystemKind> kinds = chosen_kinds(settings);
  Lineup lineup(kinds, scratch.path());
  say("every system carries a load once that is not counted");
  const std::vector<LoadRequest> requests = combinations(settings);
  lineup.warm_up(requests.back());
  std::vector<PeerRow> rows;
  for (const LoadRequest& request : requests) {
    for (PeerRow& row : measure_setting(lineup, kinds, scratch.path(), request, settings.rounds)) {
      rows.push_back(std::move(row));
    }
  }
  report(settings, lineup, facts_of(lineup, kinds), rows);
  if (!settings.plot.empty()) {
    draw(settings.plot, peer_plot_script(settings.plot, rows));
  }
}

}  // namespace

void add_peers(CLI::App& program) {
  auto settings = std::make_shared<Settings>();
  settings->peers = all_names();
  CLI::App* command =
      program.add_subcommand("peers", "Commits of Decree beside those of other systems");
  command->add_option("--peers", settings->peers, "Systems to measure, e.g. decree,libraft")
      ->delimiter(',')
      ->check(CLI::IsMember(all_names()))
      ->capture_default_str();
  add_outstanding(*command, settings->outstanding, 4096);
  add_payload(*command, settings->payload_bytes, 1 << 19);
  add_seconds(*command, settings->seconds, "Of each run, after its warm-up");
  add_rounds(*command, settings->rounds, "All systems in turn, for the medians");
  add_directory(*command, settings->directory);
  add_plot(*command, settings->plot);
  command->callback([settings] { run(*settings); });
}

}  // namespace decree::bench
