// The same seeds for every detector, and what comes of it.
#ifndef DECREE_SIM_ELECTIONS_COMPARISON_H_
#define DECREE_SIM_ELECTIONS_COMPARISON_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/elections/scenario.h"

namespace decree::sim::elections {

struct Comparison {
  std::uint64_t seeds = 10'000;
  std::uint64_t from = 1;
};

/// One scenario with one detector.
struct Row {
  std::string scenario;
  std::string detector;
  std::uint64_t runs = 0;
  std::vector<double> timeouts;  // to a stable leader, of runs that had one, sorted
  double changes = 0;            // the mean
  double messages_per_s = 0;     // the mean

  [[nodiscard]] double quantile(double fraction) const;  // NaN if no run had one
  [[nodiscard]] double none() const {
    return 1 - static_cast<double>(timeouts.size()) / static_cast<double>(runs);
  }
};

/// Each seed runs every scenario once with each detector.
std::vector<Row> compare(const Comparison& comparison);

/// For people, and {"elections": [...]} in one line.
std::string to_table(const std::vector<Row>& rows);
std::string to_json(const std::vector<Row>& rows);
/// Has gnuplot draw, as an SVG, how many runs had a stable leader by when. Throws
/// std::runtime_error if it fails.
void draw(const std::string& file, const std::vector<Row>& rows);

}  // namespace decree::sim::elections

#endif  // DECREE_SIM_ELECTIONS_COMPARISON_H_
