#include "bench/plot.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>
#include <stdexcept>

namespace decree::bench {
namespace {

/// One of the settings, for an axis or a name.
struct Axis {
  std::string label;
  std::function<double(const CommitRow&)> of;
};

const std::vector<Axis>& axes() {
  static const std::vector<Axis> all = {
      {"outstanding", [](const CommitRow& row) { return static_cast<double>(row.outstanding); }},
      {"bytes", [](const CommitRow& row) { return static_cast<double>(row.payload_bytes); }},
      {"replicas", [](const CommitRow& row) { return static_cast<double>(row.replicas); }}};
  return all;
}

std::size_t values_of(const Axis& axis, const std::vector<CommitRow>& rows) {
  std::set<double> values;
  for (const CommitRow& row : rows) values.insert(axis.of(row));
  return values.size();
}

/// The one with the most values.
const Axis& main_axis(const std::vector<CommitRow>& rows) {
  const Axis* most = &axes().front();
  for (const Axis& axis : axes()) {
    if (values_of(axis, rows) > values_of(*most, rows)) most = &axis;
  }
  return *most;
}

/// What tells a row from the others, but for `without`.
std::string name_of(const CommitRow& row, const std::vector<CommitRow>& rows, const Axis* without) {
  std::string name;
  for (const Axis& axis : axes()) {
    if (&axis == without || values_of(axis, rows) == 1) continue;
    name += fmt::format("{}{:.0f} {}", name.empty() ? "" : ", ", axis.of(row), axis.label);
  }
  return name;
}

/// A block of data that gnuplot knows as `name`.
std::string block(const std::string& name, const std::string& lines) {
  return fmt::format("${} << EOD\n{}EOD\n", name, lines);
}

struct Drawn {
  std::string data;
  std::string curves;
};

/// A curve for each group of rows that differ in the main axis only.
Drawn against_main_axis(const std::vector<CommitRow>& rows) {
  const Axis& axis = main_axis(rows);
  std::vector<std::string> names;
  std::vector<std::string> lines;
  for (const CommitRow& row : rows) {
    const std::string name = name_of(row, rows, &axis);
    if (names.empty() || names.back() != name) {
      names.push_back(name);
      lines.emplace_back();
    }
    lines.back() +=
        fmt::format("{} {} {} {}\n", axis.of(row), row.p50_us, row.p99_us, row.floor_p50_us);
  }
  Drawn drawn;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string data = fmt::format("load{}", i);
    drawn.data += block(data, lines[i]);
    const std::string suffix = names[i].empty() ? "" : ", " + names[i];
    const auto curve = [&](int column, const char* what, int dash) {
      drawn.curves +=
          fmt::format("{}${} using 1:{} with linespoints lc {} dt {} pt 7 ps 0.5 title '{}{}'",
                      drawn.curves.empty() ? "" : ", ", data, column, i + 1, dash, what, suffix);
    };
    curve(2, "p50", 1);
    curve(3, "p99", 2);
    curve(4, "floor p50", 3);
  }
  return drawn;
}

Drawn by_percentile(const std::vector<CommitRow>& rows) {
  Drawn drawn;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::string lines;
    for (std::size_t at = 0; at < kFractions.size(); ++at) {
      lines += fmt::format("{} {}\n", 1 / (1 - kFractions.at(at)), rows[i].percentiles_us.at(at));
    }
    const std::string data = fmt::format("row{}", i);
    drawn.data += block(data, lines);
    drawn.curves +=
        fmt::format("{}${} using 1:2 with lines lc {} title '{}'", drawn.curves.empty() ? "" : ", ",
                    data, i + 1, name_of(rows[i], rows, nullptr));
  }
  return drawn;
}

}  // namespace

std::string plot_script(const std::string& file, const std::string& title,
                        const std::vector<CommitRow>& rows) {
  const Drawn left = against_main_axis(rows);
  const Drawn right = by_percentile(rows);
  return fmt::format(
      "set terminal svg size 1200,500 font 'sans,11' background '#ffffff'\n"
      "set output '{}'\n"
      "{}{}"
      "set multiplot layout 1,2 title '{}'\n"
      "set grid\nset key left top\nset logscale xy\nset ylabel 'us'\n"
      "set xlabel '{}'\nplot {}\n"
      "set xlabel 'percentile'\n"
      "set xtics ('50' 2, '90' 10, '99' 100, '99.9' 1000, '99.99' 10000)\n"
      "plot {}\n"
      "unset multiplot\n",
      file, left.data, right.data, title, main_axis(rows).label, left.curves, right.curves);
}

void require_gnuplot() {
  if (std::system("gnuplot --version >/dev/null 2>&1") == 0) return;
  throw std::runtime_error("--plot needs gnuplot: apt-get install gnuplot-nox");
}

void draw(const std::string& file, const std::string& script) {
  std::FILE* gnuplot = ::popen("gnuplot", "w");
  if (gnuplot == nullptr) throw std::runtime_error("gnuplot cannot be started");
  const bool written = std::fwrite(script.data(), 1, script.size(), gnuplot) == script.size();
  if (::pclose(gnuplot) != 0 || !written) {
    throw std::runtime_error("gnuplot did not draw " + file + ", see above");
  }
}

void plot(const std::string& file, const std::string& title, const std::vector<CommitRow>& rows) {
  draw(file, plot_script(file, title, rows));
}

}  // namespace decree::bench
