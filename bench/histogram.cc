#include "bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace decree::bench {
namespace {

// Each power of two is cut into this many buckets of equal width.
constexpr std::size_t kSplit = 128;
constexpr std::size_t kSplitBits = 7;
constexpr std::size_t kBuckets = (64 - kSplitBits + 1) * kSplit;

std::size_t bucket_of(std::uint64_t value) {
  if (value < kSplit) {
    return static_cast<std::size_t>(value);
  }
  const std::size_t shift = static_cast<std::size_t>(std::bit_width(value)) - kSplitBits - 1;
  return shift * kSplit + static_cast<std::size_t>(value >> shift);
}

std::uint64_t highest_of(std::size_t bucket) {
  if (bucket < 2 * kSplit) {
    return bucket;
  }
  const std::size_t shift = bucket / kSplit - 1;
  const std::uint64_t lead = bucket - shift * kSplit;
  // Not (lead + 1) << shift: that is 2^64 for the last bucket.
  return (lead << shift) | ((std::uint64_t{1} << shift) - 1);
}

}  // namespace

Histogram::Histogram() : buckets_(kBuckets) {}

void Histogram::record(std::uint64_t value) {
  ++buckets_[bucket_of(value)];
  ++count_;
  max_ = std::max(max_, value);
}

void Histogram::merge(const Histogram& other) {
  std::transform(buckets_.begin(), buckets_.end(), other.buckets_.begin(), buckets_.begin(),
                 std::plus<>());
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

std::uint64_t Histogram::quantile(double fraction) const {
  const double wanted = std::ceil(fraction * static_cast<double>(count_));
  const std::uint64_t rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= rank) {
      return std::min(highest_of(bucket), max_);
    }
  }
  return max_;
}

}  // namespace decree::bench
