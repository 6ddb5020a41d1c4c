#include "bench/hand_over.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/common_options.h"
#include "bench/floor_group.h"
#include "bench/hand_over_run.h"
#include "bench/process.h"
#include "bench/scratch.h"
#include "bench/spread.h"

namespace decree::bench {
namespace {

constexpr std::size_t kReplicas = 3;
constexpr std::size_t kFloors = 3;  // before the changes, and as many behind them

struct Settings {
  HandOverSettings each;
  std::string directory = "/var/tmp";
};

/// Of one commit, by the better variant.
double floor_ms(const std::string& scratch) {
  const LoadRequest request{.outstanding = 1, .seconds = 0.5};
  return best_floor_us(scratch, kReplicas, request) / 1e3;
}

void report(const Settings& settings, const std::vector<PauseRun>& runs, double floor) {
  std::vector<PauseRow> rows;
  for (const PauseRun& run : runs) rows.push_back(summarize(run, floor));
  fmt::print(
      "The longest without an acknowledgement at a client while leading is handed over, or a "
      "replica is ended in order\nand comes back, in ms; {} writes in flight at each of the two "
      "others, which try again what was refused\ncalm: the same over 20 ms in which nothing "
      "happens; floor: one commit\n\n{}\n{}\n",
      settings.each.outstanding, to_table(rows), to_json(rows).dump());
  for (const PauseRow& row : rows) {
    if (row.load.lost == 0) continue;
    throw std::runtime_error(fmt::format("{} acknowledged writes are lost", row.load.lost));
  }
}

void run(const Settings& settings) {
  throw_on_interrupt();
  std::filesystem::create_directories(settings.directory);
  const Scratch scratch(settings.directory);
  make_floor_files(scratch.path(), kReplicas);
  std::vector<double> floors;
  const auto measure = [&] {
    for (std::size_t i = 0; i < kFloors; ++i) floors.push_back(floor_ms(scratch.path()));
  };
  measure();
  const Scratch logs(scratch.path());
  const std::vector<PauseRun> runs = run_hand_overs(settings.each, logs.path());
  measure();
  report(settings, runs, spread_of(floors).median);
}

}  // namespace

void add_hand_over(CLI::App& program) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = program.add_subcommand(
      "hand-over", "How long commits pause when leading is handed over, and in rolling restarts");
  command->add_option("--times", settings->each.hand_overs, "Hand-overs")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command
      ->add_option("--rolling-restarts", settings->each.rolling_restarts,
                   "Of all three replicas, one after the other")
      ->check(CLI::Range(0, 1'000))
      ->capture_default_str();
  add_seconds(*command, settings->each.load_seconds, "Of load before each");
  command->add_option("--outstanding", settings->each.outstanding, "Writes at each of the others")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  add_directory(*command, settings->directory);
  command->callback([settings] { run(*settings); });
}

}  // namespace decree::bench
