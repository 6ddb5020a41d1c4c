// A histogram of durations with a bounded relative error.
#ifndef DECREE_BENCH_HISTOGRAM_H_
#define DECREE_BENCH_HISTOGRAM_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace decree::bench {

/// Counts values of any size in constant memory: exact below 256, within 0.8 % above. Recording
/// allocates nothing.
class Histogram {
 public:
  Histogram();

  void record(std::uint64_t value);
  void merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t max() const { return max_; }
  /// The least recorded value, rounded up by the relative error and never above max(), that at
  /// least `fraction` of all values do not exceed. 0 when nothing is recorded.
  [[nodiscard]] std::uint64_t quantile(double fraction) const;

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_HISTOGRAM_H_
