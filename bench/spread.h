// A figure over several rounds.
#ifndef DECREE_BENCH_SPREAD_H_
#define DECREE_BENCH_SPREAD_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace decree::bench {

struct Spread {
  double least = 0;
  double median = 0;
  double most = 0;
};

/// `values` is not empty.
inline Spread spread_of(std::vector<double> values) {
  std::ranges::sort(values);
  const double median = (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
  return {values.front(), median, values.back()};
}

/// The least value that `fraction` of all do not exceed; `values` is not empty.
inline double quantile(std::vector<double> values, double fraction) {
  std::ranges::sort(values);
  const double rank = std::ceil(fraction * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace decree::bench

#endif  // DECREE_BENCH_SPREAD_H_
