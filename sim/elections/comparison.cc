#include "sim/elections/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <stdexcept>

namespace decree::sim::elections {
namespace {

struct Named {
  const char* name;
  MakeDetector make;
};

const std::vector<Named>& detectors() {
  static const std::vector<Named> all{
      {"Omega", make_omega}, {"randomised", make_randomised}, {"bully", make_bully}};
  return all;
}

using Outcomes = std::vector<std::vector<Outcome>>;  // by row

Outcomes run_seeds(const Comparison& comparison) {
  const std::size_t count = detectors().size();
  Outcomes outcomes(scenarios().size() * count);
  for (std::uint64_t seed = comparison.from; seed < comparison.from + comparison.seeds; ++seed) {
    for (std::size_t row = 0; row < outcomes.size(); ++row) {
      outcomes[row].push_back(run(scenarios()[row / count], detectors()[row % count].make, seed));
    }
  }
  return outcomes;
}

void add(Row& row, const std::vector<Outcome>& outcomes) {
  for (const Outcome& outcome : outcomes) {
    ++row.runs;
    if (outcome.timeouts >= 0) row.timeouts.push_back(outcome.timeouts);
    row.changes += outcome.changes;
    row.messages_per_s += outcome.messages_per_s;
  }
}

void finish(Row& row) {
  std::ranges::sort(row.timeouts);
  row.changes /= static_cast<double>(row.runs);
  row.messages_per_s /= static_cast<double>(row.runs);
}

std::string number(double value) {
  return std::isnan(value) ? std::string("-") : fmt::format("{:.2f}", value);
}

std::string json_number(double value) {
  return std::isnan(value) ? std::string("null") : fmt::format("{:.4g}", value);
}

/// Of all scenarios together, how many runs were over by when.
std::string curve_of(const char* detector, const std::vector<Row>& rows) {
  Row all;
  for (const Row& row : rows) {
    if (row.detector != detector) continue;
    all.runs += row.runs;
    all.timeouts.insert(all.timeouts.end(), row.timeouts.begin(), row.timeouts.end());
  }
  std::ranges::sort(all.timeouts);
  std::string curve = fmt::format("${} << EOD\n", detector);
  constexpr int kPoints = 500;
  for (int point = 1; point <= kPoints && !all.timeouts.empty(); ++point) {
    const double share = static_cast<double>(point) / kPoints * (1 - all.none());
    curve += fmt::format("{:.3f} {:.2f}\n",
                         std::max(all.quantile(static_cast<double>(point) / kPoints), 0.01),
                         100 * share);
  }
  return curve + "EOD\n";
}

std::string script_of(const std::string& file, const std::vector<Row>& rows) {
  std::string data;
  std::string curves;
  for (const Named& detector : detectors()) {
    data += curve_of(detector.name, rows);
    curves += fmt::format("{}${} using 1:2 with steps lw 2 title '{}'", curves.empty() ? "" : ", ",
                          detector.name, detector.name);
  }
  return fmt::format(
      "set terminal svg size 800,500 font 'sans,11' background '#ffffff'\nset output '{}'\n{}"
      "set title 'Runs with a stable leader, all scenarios'\nset grid\nset key right bottom\n"
      "set logscale x\nset xrange [0.01:100]\nset yrange [0:100]\n"
      "set xlabel 'timeouts behind the fault'\nset ylabel '% of runs'\nplot {}\n",
      file, data, curves);
}

}  // namespace

double Row::quantile(double fraction) const {
  if (timeouts.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double rank = std::ceil(fraction * static_cast<double>(timeouts.size()));
  return timeouts[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

std::vector<Row> compare(const Comparison& comparison) {
  const Outcomes outcomes = run_seeds(comparison);
  std::vector<Row> rows;
  for (const Scenario& scenario : scenarios()) {
    for (const Named& detector : detectors()) {
      Row& row = rows.emplace_back();
      row.scenario = scenario.name;
      row.detector = detector.name;
      add(row, outcomes[rows.size() - 1]);
      finish(row);
    }
  }
  return rows;
}

std::string to_table(const std::vector<Row>& rows) {
  std::string table =
      fmt::format("{:<26} {:<11} {:>6} {:>8} {:>8} {:>8} {:>7} {:>9} {:>11}\n", "", "", "runs",
                  "median", "p99", "worst", "none", "changes", "messages/s");
  for (const Row& row : rows) {
    table += fmt::format("{:<26} {:<11} {:>6} {:>8} {:>8} {:>8} {:>5.1f} % {:>9.2f} {:>11.0f}\n",
                         row.scenario, row.detector, row.runs, number(row.quantile(0.5)),
                         number(row.quantile(0.99)), number(row.quantile(1)), 100 * row.none(),
                         row.changes, row.messages_per_s);
  }
  return table;
}

std::string to_json(const std::vector<Row>& rows) {
  std::string list;
  for (const Row& row : rows) {
    list += fmt::format(
        R"({}{{"scenario":"{}","detector":"{}","runs":{},"median":{},"p99":{},"worst":{},)"
        R"("none":{:.4g},"changes":{:.4g},"messages_per_s":{:.4g}}})",
        list.empty() ? "" : ",", row.scenario, row.detector, row.runs,
        json_number(row.quantile(0.5)), json_number(row.quantile(0.99)),
        json_number(row.quantile(1)), row.none(), row.changes, row.messages_per_s);
  }
  return fmt::format(R"({{"elections":[{}]}})", list);
}

void draw(const std::string& file, const std::vector<Row>& rows) {
  FILE* gnuplot = ::popen("gnuplot", "w");  // NOLINT: of this program's own script
  if (gnuplot == nullptr) throw std::runtime_error("gnuplot cannot be started");
  const std::string script = script_of(file, rows);
  const bool written = std::fwrite(script.data(), 1, script.size(), gnuplot) == script.size();
  if (::pclose(gnuplot) != 0 || !written) throw std::runtime_error("gnuplot failed");
}

}  // namespace decree::sim::elections
