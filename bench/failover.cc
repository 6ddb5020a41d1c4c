#include "bench/failover.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/common_options.h"
#include "bench/failover_report.h"
#include "bench/failover_run.h"
#include "bench/plot.h"
#include "bench/process.h"
#include "bench/scratch.h"

namespace decree::bench {
namespace {

struct Settings {
  Options tuned;
  FailoverSettings each;  // without name and options
  std::string directory = "/var/tmp";
  std::string plot;  // a file, or none
};

/// A dead process is noticed at once, so the lease is what counts. Silence may last longer than it:
/// a machine that stalls now and then would change leaders for nothing. See docs/performance.md.
Options tuned_options() {
  Options options;
  options.heartbeat_us = 3'000;
  options.suspect_us = 50'000;
  options.lease_us = 10'000;
  return options;
}

/// What a replica would say about them only when it starts.
void check_options(Options options) {
  options.cluster = 1;
  options.id = ReplicaId{1};
  options.members = {{.id = options.id, .host = "127.0.0.1", .port = 1}};
  options.directory = "any";
  if (const std::string problem = options.check(); !problem.empty()) {
    throw std::runtime_error(problem);
  }
}

FailoverRun measure(const Settings& settings, const std::string& name, const Options& options,
                    const std::string& scratch) {
  FailoverSettings each = settings.each;
  each.name = name;
  each.options = options;
  const Scratch logs(scratch);
  return run_failover(each, logs.path());
}

void report(const Settings& settings, const std::vector<FailoverRun>& runs) {
  std::vector<FailoverRow> rows;
  for (const FailoverRun& run : runs) rows.push_back(summarize(run));
  fmt::print(
      "From kill -9 of the leader to the next acknowledged write, in ms; three replicas, {} writes "
      "in flight at each follower\nfloor: what remained of the dead leader's lease, the median; "
      "gap: the longest without a write at a survivor\nleased: share of time in which an idle "
      "leader "
      "holds its lease and reads cost no round\n\n"
      "{}\n{}\n",
      settings.each.outstanding, to_table(rows), to_json(rows).dump());
  if (!settings.plot.empty()) draw(settings.plot, plot_script(settings.plot, runs));
  for (const FailoverRun& run : runs) {
    if (run.lost == 0) continue;
    throw std::runtime_error(fmt::format("{} acknowledged writes are lost with the settings \"{}\"",
                                         run.lost, run.settings));
  }
}

void run(const Settings& settings) {
  throw_on_interrupt();
  check_options(settings.tuned);
  if (!settings.plot.empty()) require_gnuplot();
  std::filesystem::create_directories(settings.directory);
  const Scratch scratch(settings.directory);
  report(settings, {measure(settings, "default", Options{}, scratch.path()),
                    measure(settings, "tuned", settings.tuned, scratch.path())});
}

}  // namespace

void add_failover(CLI::App& program) {
  auto settings = std::make_shared<Settings>();
  settings->tuned = tuned_options();
  CLI::App* command = program.add_subcommand(
      "failover", "From the kill of a leader to the next acknowledged write");
  command->add_option("--kills", settings->each.kills, "With each of the two settings")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  add_seconds(*command, settings->each.load_seconds, "Of load before each kill, at least");
  command
      ->add_option("--idle-seconds", settings->each.idle_seconds,
                   "Idle, to see how long it is leased")
      ->check(CLI::Range(0.01, 3600.0))
      ->capture_default_str();
  command->add_option("--outstanding", settings->each.outstanding, "Writes at each follower")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_option("--heartbeat-us", settings->tuned.heartbeat_us, "Of the tuned setting")
      ->capture_default_str();
  command->add_option("--suspect-us", settings->tuned.suspect_us, "Of the tuned setting")
      ->capture_default_str();
  command->add_option("--lease-us", settings->tuned.lease_us, "Of the tuned setting")
      ->capture_default_str();
  add_directory(*command, settings->directory);
  add_plot(*command, settings->plot);
  command->callback([settings] { run(*settings); });
}

}  // namespace decree::bench
