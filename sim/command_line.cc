// What a simulator's program does with its command line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>

#include "decree/sim.h"
#include "sim/campaign.h"
#include "sim/run.h"
#include "sim/shrink.h"

namespace decree::sim {

namespace {

struct Settings {
  CampaignOptions campaign;
  std::int64_t active_us = 0;
  bool trace = false;
  std::size_t trace_lines = 60;
  bool coverage = false;
  bool no_shrink = false;
  bool digest = false;
};

void add_options(CLI::App& app, Settings& settings) {
  CampaignOptions& campaign = settings.campaign;
  app.add_option("--seeds", campaign.seeds, "how many")->check(CLI::PositiveNumber);
  app.add_option("--from", campaign.first, "the first one");
  app.add_option("--jobs", campaign.jobs, "processes")->check(CLI::Range(1, 64));
  app.add_option("--seconds", campaign.seconds, "stop after so many, whatever is left");
  app.add_flag("--trace", settings.trace, "run one seed and print its last events");
  app.add_option("--trace-lines", settings.trace_lines, "of each replica")
      ->check(CLI::PositiveNumber);
  app.add_flag("--coverage", settings.coverage, "print which fault met which stage; fail on a gap");
  app.add_flag("--digest", settings.digest, "print the digest of each seed's events");
  app.add_flag("--no-shrink", settings.no_shrink, "report a failure as it is");
  app.add_option("--replicas", campaign.shape.replicas, "of each group; else the seed decides")
      ->check(CLI::Range(1, 9));
  app.add_option("--clients", campaign.shape.clients, "likewise")->check(CLI::PositiveNumber);
  app.add_option("--active-us", settings.active_us, "virtual time in which faults happen, likewise")
      ->check(CLI::PositiveNumber);
  app.add_option("--without", campaign.shape.without, "faults that are left out, by their numbers")
      ->delimiter(',');
  app.add_flag("--calm-network", campaign.shape.calm_network, "no loss, no delay but the usual");
  app.add_flag("--calm-disk", campaign.shape.calm_disk, "likewise");
}

std::string replay_command(const char* program, std::uint64_t seed, const Shape& shape) {
  std::string command = fmt::format("{} --trace --from {}", program, seed);
  if (shape.replicas != 0) command += fmt::format(" --replicas {}", shape.replicas);
  if (shape.clients != 0) command += fmt::format(" --clients {}", shape.clients);
  if (shape.active.ns != 0) command += fmt::format(" --active-us {}", shape.active.ns / 1000);
  if (shape.calm_network) command += " --calm-network";
  if (shape.calm_disk) command += " --calm-disk";
  if (!shape.without.empty())
    command += fmt::format(" --without {}", fmt::join(shape.without, ","));
  return command;
}

/// One seed in this process, so that a debugger can be put to it.
int trace_one(const Settings& settings, const Subject& subject) {
  const Plan plan = draw_plan(settings.campaign.first, settings.campaign.shape);
  fmt::print("seed {}: {}", plan.seed, describe(plan));
  std::fflush(stdout);
  const RunResult result = run_plan(plan, subject, settings.trace_lines);
  fmt::print("{}digest {:016x}, {} events\n", result.trace, result.digest, result.events);
  if (result.failure.empty()) {
    fmt::print("clean\n");
    return 0;
  }
  fmt::print("seed {} failed: {}\n", plan.seed, result.failure);
  return 1;
}

int print_digests(const Settings& settings, const Subject& subject) {
  for (std::uint64_t i = 0; i < settings.campaign.seeds; ++i) {
    const std::uint64_t seed = settings.campaign.first + i;
    const RunResult result = run_plan(draw_plan(seed, settings.campaign.shape), subject, 0);
    fmt::print("{} {:016x} {}\n", seed, result.digest, result.events);
  }
  return 0;
}

void report_failure(const char* program, const Settings& settings, const CampaignResult& result,
                    const Subject& subject) {
  const std::uint64_t seed = *result.failed;
  fmt::print("seed {} failed: {}\n", seed, result.failure);
  Shape shape = settings.campaign.shape;
  if (!settings.no_shrink) {
    fmt::print("making it smaller ...\n");
    std::fflush(stdout);
    const Shrunk shrunk = shrink(seed, shape, subject);
    if (!shrunk.failure.empty()) {
      shape = shrunk.shape;
      fmt::print("after {} runs: {}\n{}", shrunk.runs, shrunk.failure,
                 describe(draw_plan(seed, shape)));
    }
  }
  fmt::print("to see it again:\n  {}\n", replay_command(program, seed, shape));
}

int report(const char* program, const Settings& settings, const CampaignResult& result,
           const Subject& subject) {
  const double operations = static_cast<double>(result.operations);
  fmt::print(
      "{} seeds clean in {:.1f} s ({:.0f} a second); {} operations ({:.0f} a second and "
      "job), {} events, {:.0f} s of virtual time\n",
      result.seeds, result.seconds, static_cast<double>(result.seeds) / result.seconds,
      result.operations, operations / result.seconds / settings.campaign.jobs, result.events,
      static_cast<double>(result.virtual_ns) / 1e9);
  if (settings.coverage) fmt::print("{}", result.coverage.print());
  if (result.failed) {
    report_failure(program, settings, result, subject);
    return 1;
  }
  if (!settings.coverage) return 0;
  for (const std::string& gap : result.coverage.gaps()) fmt::print("never: {}\n", gap);
  return result.coverage.gaps().empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv, const Subject& subject) {
  CLI::App app("Simulates groups of replicas: one seed, one run, always the same.");
  Settings settings;
  add_options(app, settings);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  Shape& shape = settings.campaign.shape;
  shape.active = Duration::micros(settings.active_us);
  std::sort(shape.without.begin(), shape.without.end());
  if (settings.trace) return trace_one(settings, subject);
  if (settings.digest) return print_digests(settings, subject);
  return report(argv[0], settings, run_campaign(settings.campaign, subject), subject);
}

}  // namespace decree::sim
