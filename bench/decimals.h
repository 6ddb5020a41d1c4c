// Figures as they are reported.
#ifndef DECREE_BENCH_DECIMALS_H_
#define DECREE_BENCH_DECIMALS_H_

#include <cmath>

namespace decree::bench {

inline double tenths(double value) { return std::round(value * 10) / 10; }
inline double thousandths(double value) { return std::round(value * 1000) / 1000; }

}  // namespace decree::bench

#endif  // DECREE_BENCH_DECIMALS_H_
