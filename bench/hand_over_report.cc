#include "bench/hand_over_report.h"

#include <fmt/format.h>

#include <cmath>

#include "bench/spread.h"

namespace decree::bench {
namespace {

double thousandths(double value) { return std::round(value * 1000) / 1000; }

}  // namespace

PauseRow summarize(const PauseRun& run, double floor_ms) {
  const auto [least, median, most] = spread_of(run.pauses_ms);
  return {.event = run.event,
          .times = run.pauses_ms.size(),
          .least_ms = least,
          .median_ms = median,
          .p90_ms = quantile(run.pauses_ms, 0.9),
          .max_ms = most,
          .calm_ms = run.calm_ms,
          .floor_ms = floor_ms,
          .ratio = median / floor_ms,
          .load = run.load};
}

nlohmann::ordered_json to_json(const std::vector<PauseRow>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const PauseRow& row : rows) {
    list.push_back({{"event", row.event},
                    {"times", row.times},
                    {"least_ms", thousandths(row.least_ms)},
                    {"median_ms", thousandths(row.median_ms)},
                    {"p90_ms", thousandths(row.p90_ms)},
                    {"max_ms", thousandths(row.max_ms)},
                    {"calm_ms", thousandths(row.calm_ms)},
                    {"floor_ms", thousandths(row.floor_ms)},
                    {"ratio", thousandths(row.ratio)},
                    {"acknowledged", row.load.acknowledged},
                    {"refused", row.load.refused},
                    {"unknown", row.load.unknown},
                    {"lost", row.load.lost}});
  }
  return {{"hand-over", list}};
}

std::string to_table(const std::vector<PauseRow>& rows) {
  std::string table = fmt::format(
      "{:<24} {:>6} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>6} {:>13} {:>8} {:>8} {:>5}\n", "",
      "times", "least", "median", "p90", "max", "calm", "floor", "ratio", "acknowledged", "refused",
      "unknown", "lost");
  for (const PauseRow& row : rows) {
    table += fmt::format(
        "{:<24} {:>6} {:>8.3f} {:>8.3f} {:>8.3f} {:>8.3f} {:>8.3f} {:>8.3f} {:>6.2f} {:>13} {:>8} "
        "{:>8} {:>5}\n",
        row.event, row.times, row.least_ms, row.median_ms, row.p90_ms, row.max_ms, row.calm_ms,
        row.floor_ms, row.ratio, row.load.acknowledged, row.load.refused, row.load.unknown,
        row.load.lost);
  }
  return table;
}

}  // namespace decree::bench
