#include "bench/failover_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

#include "bench/spread.h"

namespace decree::bench {
namespace {

std::vector<double> each(const std::vector<Kill>& kills, double Kill::*figure) {
  std::vector<double> values;
  std::ranges::transform(kills, std::back_inserter(values), figure);
  std::ranges::sort(values);
  return values;
}

double ms(std::int64_t ns) { return static_cast<double>(ns) / 1e6; }

double hundredths(double value) { return std::round(value * 100) / 100; }

}  // namespace

std::optional<Kill> kill_of(const std::vector<SessionLoadState>& survivors, std::int64_t killed_ns,
                            std::int64_t gone_ns, std::uint64_t lease_us) {
  SessionLoadState all = survivors.front();
  for (const SessionLoadState& each : survivors) {
    all.next_ns = std::min(all.next_ns, each.next_ns);
    all.led_ns = std::max(all.led_ns, each.led_ns);
    all.proposed_ns = std::max(all.proposed_ns, each.proposed_ns);
    all.longest_gap_ns = std::max(all.longest_gap_ns, each.longest_gap_ns);
  }
  // Without an election after the kill, another one led already.
  if (all.led_ns < killed_ns || all.led_ns > all.next_ns) return std::nullopt;
  const std::int64_t leased_ns = all.proposed_ns + static_cast<std::int64_t>(lease_us) * 1'000;
  return Kill{.ms = ms(all.next_ns - killed_ns),
              .gap_ms = ms(all.longest_gap_ns),
              .floor_ms = ms(std::max<std::int64_t>(leased_ns - killed_ns, 0)),
              .gone_ms = ms(gone_ns - killed_ns)};
}

FailoverRow summarize(const FailoverRun& run) {
  const auto [least, median, most] = spread_of(each(run.kills, &Kill::ms));
  FailoverRow row{.settings = run.settings,
                  .heartbeat_us = run.options.heartbeat_us,
                  .suspect_us = run.options.suspect_us,
                  .lease_us = run.options.lease_us,
                  .kills = run.kills.size(),
                  .least_ms = least,
                  .median_ms = median,
                  .p90_ms = quantile(each(run.kills, &Kill::ms), 0.9),
                  .max_ms = most,
                  .gap_max_ms = spread_of(each(run.kills, &Kill::gap_ms)).most,
                  .floor_ms = spread_of(each(run.kills, &Kill::floor_ms)).median,
                  .gone_ms = spread_of(each(run.kills, &Kill::gone_ms)).median,
                  .leased = run.leased,
                  .acknowledged = run.acknowledged,
                  .unknown = run.unknown,
                  .moved = run.moved,
                  .lost = run.lost};
  if (row.floor_ms > 0) row.ratio = row.median_ms / row.floor_ms;
  return row;
}

nlohmann::ordered_json to_json(const std::vector<FailoverRow>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const FailoverRow& row : rows) {
    list.push_back({{"settings", row.settings},
                    {"kills", row.kills},
                    {"median_ms", hundredths(row.median_ms)},
                    {"p90_ms", hundredths(row.p90_ms)},
                    {"max_ms", hundredths(row.max_ms)},
                    {"least_ms", hundredths(row.least_ms)},
                    {"gap_max_ms", hundredths(row.gap_max_ms)},
                    {"floor_ms", hundredths(row.floor_ms)},
                    {"ratio", hundredths(row.ratio)},
                    {"gone_ms", hundredths(row.gone_ms)},
                    {"leased", std::round(row.leased * 1e4) / 1e4},
                    {"heartbeat_us", row.heartbeat_us},
                    {"suspect_us", row.suspect_us},
                    {"lease_us", row.lease_us},
                    {"acknowledged", row.acknowledged},
                    {"unknown", row.unknown},
                    {"moved", row.moved},
                    {"lost", row.lost}});
  }
  return {{"failover", list}};
}

std::string to_table(const std::vector<FailoverRow>& rows) {
  std::string table = fmt::format(
      "{:<8} {:>16} {:>15}  {:>24}\n"
      "{:<8} {:>9} {:>7} {:>7} {:>6}  {:>7} {:>7} {:>7} {:>7} {:>8} {:>8} {:>6} {:>8} {:>13} {:>8} "
      "{:>6} {:>5}\n",
      "", "settings", "", "kill to next write", "", "heartbeat", "suspect", "lease", "kills",
      "median", "p90", "max", "least", "gap", "floor", "ratio", "leased", "acknowledged", "unknown",
      "moved", "lost");
  const auto span = [](std::uint64_t us) { return static_cast<double>(us) / 1e3; };
  for (const FailoverRow& row : rows) {
    table += fmt::format(
        "{:<8} {:>9g} {:>7g} {:>7g} {:>6}  {:>7.1f} {:>7.1f} {:>7.1f} {:>7.1f} {:>8.1f} {:>8.1f} "
        "{:>6.2f} {:>6.2f} % {:>13} {:>8} {:>6} {:>5}\n",
        row.settings, span(row.heartbeat_us), span(row.suspect_us), span(row.lease_us), row.kills,
        row.median_ms, row.p90_ms, row.max_ms, row.least_ms, row.gap_max_ms, row.floor_ms,
        row.ratio, 100 * row.leased, row.acknowledged, row.unknown, row.moved, row.lost);
  }
  return table;
}

std::string plot_script(const std::string& file, const std::vector<FailoverRun>& runs) {
  std::string data;
  std::string curves;
  for (const FailoverRun& run : runs) {
    data += fmt::format("${} << EOD\n0 0\n", run.settings);
    const std::vector<double> sorted = each(run.kills, &Kill::ms);
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      const auto over = static_cast<double>(i + 1) / static_cast<double>(sorted.size());
      data += fmt::format("{} {}\n", sorted[i], 100 * over);
    }
    data += "EOD\n";
    curves += fmt::format("{}${} using 1:2 with steps lw 2 title '{}'", curves.empty() ? "" : ", ",
                          run.settings, run.settings);
  }
  return fmt::format(
      "set terminal svg size 800,500 font 'sans,11' background '#ffffff'\n"
      "set output '{}'\n"
      "{}"
      "set title 'From the kill of the leader to the next acknowledged write'\n"
      "set grid\nset key right bottom\nset xrange [0:*]\nset yrange [0:100]\n"
      "set xlabel 'ms'\nset ylabel '% of kills'\n"
      "plot {}\n",
      file, data, curves);
}

}  // namespace decree::bench
