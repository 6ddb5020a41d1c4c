// A figure over several rounds.
#ifndef DECREE_BENCH_SPREAD_H_
#define DECREE_BENCH_SPREAD_H_

#include <algorithm>
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

}  // namespace decree::bench

#endif  // DECREE_BENCH_SPREAD_H_
