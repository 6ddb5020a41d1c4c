// A histogram of latencies with logarithmic buckets: within 1 % of the true value, at any length.
#ifndef DECREE_EXAMPLES_DEMO_HISTOGRAM_H_
#define DECREE_EXAMPLES_DEMO_HISTOGRAM_H_

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace decree::demo {

/// Of whole numbers; the unit is the caller's.
class Histogram {
 public:
  void add(std::uint64_t value) {
    const std::size_t bucket = bucket_of(value);
    if (bucket >= counts_.size()) counts_.resize(bucket + 1);
    ++counts_[bucket];
    ++count_;
    most_ = std::max(most_, value);
  }

  void merge(const Histogram& other) {
    counts_.resize(std::max(counts_.size(), other.counts_.size()));
    for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    most_ = std::max(most_, other.most_);
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t most() const { return most_; }

  /// The least value that at least this share (0 to 1) of the samples does not exceed; 0 if empty.
  [[nodiscard]] std::uint64_t quantile(double share) const {
    auto left = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
    left = std::max<std::uint64_t>(left, 1);
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] >= left) return std::min(greatest_in(i), most_);
      left -= counts_[i];
    }
    return most_;
  }

 private:
  // Each power of two is divided into 128 buckets; below 256 a bucket holds one value.
  static constexpr unsigned kBits = 7;

  static std::size_t bucket_of(std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    if (width <= kBits + 1) return static_cast<std::size_t>(value);
    const unsigned shift = width - kBits - 1;
    return (std::size_t{shift} << kBits) + static_cast<std::size_t>(value >> shift);
  }
  static std::uint64_t greatest_in(std::size_t bucket) {
    if (bucket < (std::size_t{2} << kBits)) return bucket;
    const std::size_t shift = (bucket >> kBits) - 1;
    const std::uint64_t first = bucket - (shift << kBits);
    return ((first + 1) << shift) - 1;
  }

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t most_ = 0;
};

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_HISTOGRAM_H_
