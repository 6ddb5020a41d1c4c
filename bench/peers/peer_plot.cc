#include "bench/peers/peer_plot.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace decree::bench {
namespace {

/// The rows of one system with one size of command.
struct Series {
  std::string name;
  std::string lines;  // outstanding, p50, commits a second
};

std::vector<Series> series_of(const std::vector<PeerRow>& rows) {
  std::vector<Series> all;
  for (const PeerRow& row : rows) {
    const std::string name = fmt::format("{}, {} bytes", row.system, row.commits.payload_bytes);
    std::size_t at = 0;
    while (at < all.size() && all[at].name != name) ++at;
    if (at == all.size()) all.push_back({.name = name, .lines = {}});
    all[at].lines += fmt::format("{} {} {}\n", row.commits.outstanding, row.commits.p50_us,
                                 row.commits.commits_per_s);
  }
  return all;
}

std::string data_of(const std::vector<Series>& all) {
  std::string data;
  for (std::size_t i = 0; i < all.size(); ++i) {
    data += fmt::format("$system{} << EOD\n{}EOD\n", i, all[i].lines);
  }
  return data;
}

std::string curves_of(const std::vector<Series>& all, int column) {
  std::string curves;
  for (std::size_t i = 0; i < all.size(); ++i) {
    curves += fmt::format("{}$system{} using 1:{} with linespoints lc {} pt 7 ps 0.5 title '{}'",
                          i == 0 ? "" : ", ", i, column, i + 1, all[i].name);
  }
  return curves;
}

}  // namespace

std::string peer_plot_script(const std::string& file, const std::vector<PeerRow>& rows) {
  const std::vector<Series> all = series_of(rows);
  return fmt::format(
      "set terminal svg size 1200,500 font 'sans,11' background '#ffffff'\n"
      "set output '{}'\n"
      "{}"
      "set multiplot layout 1,2 title 'Three replicas, every write durable'\n"
      "set grid\nset key left top\nset logscale xy\nset xlabel 'outstanding'\n"
      "set ylabel 'p50, us'\nplot {}\n"
      "set ylabel 'commits a second'\nplot {}\n"
      "unset multiplot\n",
      file, data_of(all), curves_of(all, 2), curves_of(all, 3));
}

}  // namespace decree::bench
