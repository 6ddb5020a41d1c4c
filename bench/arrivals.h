// Commands that come by themselves.
#ifndef DECREE_BENCH_ARRIVALS_H_
#define DECREE_BENCH_ARRIVALS_H_

#include <cstdint>
#include <random>

namespace decree::bench {

/// A Poisson process, the same each time. Times are those of now_ns().
class Arrivals {
 public:
  Arrivals(double rate_per_s, std::int64_t start_ns) : gap_ns_(rate_per_s / 1e9), next_(start_ns) {
    pass();
  }

  /// When the next command is due.
  [[nodiscard]] std::int64_t next_ns() const { return next_; }
  /// It has come.
  void pass() { next_ += static_cast<std::int64_t>(gap_ns_(random_)); }

 private:
  std::mt19937_64 random_;
  std::exponential_distribution<double> gap_ns_;
  std::int64_t next_;
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_ARRIVALS_H_
