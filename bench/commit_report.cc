#include "bench/commit_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <utility>

#include "bench/decimals.h"
#include "bench/spread.h"
#include "bench/stages.h"

namespace decree::bench {
namespace {

double commits_per_s(const Measurement& measurement) {
  return static_cast<double>(measurement.load.commits) / (measurement.load.elapsed_us / 1e6);
}

/// One figure of all measurements.
Spread spread(const std::vector<Measurement>& measurements,
              const std::function<double(const Measurement&)>& figure) {
  std::vector<double> values;
  std::transform(measurements.begin(), measurements.end(), std::back_inserter(values), figure);
  return spread_of(std::move(values));
}

double p50(const Measurement& m) { return m.load.p50_us; }
double p99(const Measurement& m) { return m.load.p99_us; }
double p999(const Measurement& m) { return m.load.p999_us; }
double cpu(const Measurement& m) { return m.cpu_us_per_commit; }
double cores_busy(const Measurement& m) { return cpu(m) * commits_per_s(m) / 1e6; }

void add_engine(CommitRow& row, const std::vector<Measurement>& engine) {
  const Spread p50s = spread(engine, p50);
  row.p50_us = p50s.median;
  row.p50_least_us = p50s.least;
  row.p50_most_us = p50s.most;
  row.p99_us = spread(engine, p99).median;
  row.p999_us = spread(engine, p999).median;
  row.commits_per_s = spread(engine, commits_per_s).median;
  row.cpu_us_per_commit = spread(engine, cpu).median;
  row.cores_busy = spread(engine, cores_busy).median;
  for (std::size_t at = 0; at < kFractions.size(); ++at) {
    const auto percentile = [at](const Measurement& m) { return m.load.percentiles_us.at(at); };
    row.percentiles_us.push_back(spread(engine, percentile).median);
  }
  for (std::size_t at = 0; at < engine.front().load.stages_us.size(); ++at) {
    const auto stage = [at](const Measurement& m) { return m.load.stages_us.at(at); };
    row.stages_us.push_back(spread(engine, stage).median);
  }
  for (const Measurement& measurement : engine) {
    row.commits += measurement.load.commits;
    row.max_us = std::max(row.max_us, measurement.load.max_us);
  }
}

void add_floor(CommitRow& row, const std::vector<Measurement>& floor, const std::string& variant) {
  const Spread p50s = spread(floor, p50);
  if (!row.floor_variant.empty() && p50s.median >= row.floor_p50_us) {
    row.other_floor_p50_us = p50s.median;
    return;
  }
  row.other_floor_p50_us = row.floor_p50_us;
  row.floor_variant = variant;
  row.floor_p50_us = p50s.median;
  row.floor_p50_least_us = p50s.least;
  row.floor_p50_most_us = p50s.most;
  row.floor_p99_us = spread(floor, p99).median;
  row.floor_p999_us = spread(floor, p999).median;
  row.floor_commits_per_s = spread(floor, commits_per_s).median;
  row.floor_cpu_us_per_commit = spread(floor, cpu).median;
  row.ratio_p50 = row.p50_us / row.floor_p50_us;
  row.ratio_commits = row.commits_per_s / row.floor_commits_per_s;
}

void add_open_floor(CommitRow& row, const std::vector<Measurement>& floor) {
  row.open_floor_p50_us = spread(floor, p50).median;
  row.open_floor_p99_us = spread(floor, p99).median;
  row.open_floor_p999_us = spread(floor, p999).median;
}

}  // namespace

CommitRow summarize(std::size_t replicas, const LoadRequest& request,
                    const std::vector<Round>& rounds, const std::vector<std::string>& variants) {
  CommitRow row;
  row.replicas = replicas;
  row.outstanding = request.outstanding;
  row.rate_per_s = request.rate_per_s;
  row.payload_bytes = request.payload_bytes;
  std::vector<Measurement> engine;
  std::vector<Measurement> open_floor;
  for (const Round& round : rounds) {
    engine.push_back(round.engine);
    if (round.open_floor) open_floor.push_back(*round.open_floor);
  }
  add_engine(row, engine);
  if (!open_floor.empty()) add_open_floor(row, open_floor);
  for (std::size_t variant = 0; variant < variants.size(); ++variant) {
    std::vector<Measurement> floor;
    for (const Round& round : rounds) {
      floor.push_back(round.floors[variant]);
    }
    add_floor(row, floor, variants[variant]);
  }
  return row;
}

nlohmann::ordered_json to_json(const std::string& name, const std::vector<CommitRow>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const CommitRow& row : rows) {
    list.push_back({{"replicas", row.replicas},
                    {"outstanding", row.outstanding},
                    {"payload_bytes", row.payload_bytes},
                    {"commits", row.commits},
                    {"p50_us", tenths(row.p50_us)},
                    {"p99_us", tenths(row.p99_us)},
                    {"p999_us", tenths(row.p999_us)},
                    {"max_us", tenths(row.max_us)},
                    {"commits_per_s", std::round(row.commits_per_s)},
                    {"floor_p50_us", tenths(row.floor_p50_us)},
                    {"floor_p99_us", tenths(row.floor_p99_us)},
                    {"floor_p999_us", tenths(row.floor_p999_us)},
                    {"floor_commits_per_s", std::round(row.floor_commits_per_s)},
                    {"ratio_p50", thousandths(row.ratio_p50)},
                    {"cpu_us_per_commit", thousandths(row.cpu_us_per_commit)},
                    {"cores_busy", std::round(row.cores_busy * 100) / 100},
                    {"floor_variant", row.floor_variant},
                    {"other_floor_p50_us", tenths(row.other_floor_p50_us)}});
    if (row.rate_per_s > 0) {
      list.back()["rate_per_s"] = std::round(row.rate_per_s);
      list.back()["open_floor_p50_us"] = tenths(row.open_floor_p50_us);
      list.back()["open_floor_p99_us"] = tenths(row.open_floor_p99_us);
      list.back()["open_floor_p999_us"] = tenths(row.open_floor_p999_us);
    } else {
      list.back()["ratio_commits"] = thousandths(row.ratio_commits);
    }
    if (!row.stages_us.empty()) list.back()["stages_us"] = stages_json(row.stages_us);
  }
  return {{name, list}};
}

namespace {

std::string in_flight(const CommitRow& row) {
  return row.rate_per_s > 0 ? "open" : std::to_string(row.outstanding);
}

std::string stages_of(const std::vector<CommitRow>& rows) {
  std::vector<StageRow> stages;
  for (const CommitRow& row : rows) {
    if (row.stages_us.empty()) continue;
    stages.push_back({in_flight(row), row.stages_us});
  }
  return stage_table(stages);
}

/// What a load of its own pace suffers, in floors of one command in flight, and the floor under it.
std::string tails_of(const std::vector<CommitRow>& rows) {
  std::string lines;
  for (const CommitRow& row : rows) {
    if (row.rate_per_s == 0) continue;
    lines += fmt::format(
        "\nOpen loop, {} B, {:.0f} a second: p99.9 is {:.1f} floors; the floor under that load: "
        "p50 {:.0f}, p99 {:.0f}, p99.9 {:.0f} us, {:.1f} floors\n",
        row.payload_bytes, row.rate_per_s, row.p999_us / row.floor_p50_us, row.open_floor_p50_us,
        row.open_floor_p99_us, row.open_floor_p999_us, row.open_floor_p999_us / row.floor_p50_us);
  }
  return lines;
}

}  // namespace

std::string to_table(const std::vector<CommitRow>& rows) {
  std::string table = fmt::format(
      "{:>8} {:>7} {:>6}  {:^67}  {:^64}  {:^11}\n"
      "{:>8} {:>7} {:>6}  {:>7} {:>13} {:>7} {:>8} {:>9} {:>8} {:>7} {:>6}  {:>7} {:>13} {:>7} "
      "{:>8} {:>9} {:>6} {:>8} {:>6}  {:>5} {:>5}\n",
      "replicas", "bytes", "in", "engine", "floor", "ratio", "", "", "flight", "p50", "(rounds)",
      "p99", "p99.9", "max", "/s", "cpu", "cores", "p50", "(rounds)", "p99", "p99.9", "/s", "cpu",
      "waits", "other", "p50", "/s");
  for (const CommitRow& row : rows) {
    const auto range = [](double least, double most) {
      return fmt::format("({:.0f}-{:.0f})", least, most);
    };
    table += fmt::format(
        "{:>8} {:>7} {:>6}  {:>7.0f} {:>13} {:>7.0f} {:>8.0f} {:>9.0f} {:>8.0f} {:>7.1f} {:>6.2f}  "
        "{:>7.0f} {:>13} {:>7.0f} {:>8.0f} {:>9.0f} {:>6.1f} {:>8} {:>6.0f}  {:>5.2f} {:>5}\n",
        row.replicas, row.payload_bytes, in_flight(row), row.p50_us,
        range(row.p50_least_us, row.p50_most_us), row.p99_us, row.p999_us, row.max_us,
        row.commits_per_s, row.cpu_us_per_commit, row.cores_busy, row.floor_p50_us,
        range(row.floor_p50_least_us, row.floor_p50_most_us), row.floor_p99_us, row.floor_p999_us,
        row.floor_commits_per_s, row.floor_cpu_us_per_commit, row.floor_variant,
        row.other_floor_p50_us, row.ratio_p50,
        row.rate_per_s > 0 ? "" : fmt::format("{:.2f}", row.ratio_commits));
  }
  return table + tails_of(rows) + stages_of(rows);
}

}  // namespace decree::bench
