// What the machine takes from threads that never wait: below it no tail can be.
#ifndef DECREE_BENCH_STALLS_H_
#define DECREE_BENCH_STALLS_H_

#include <cstdint>
#include <string>

namespace decree::bench {

struct Stalls {
  double share = 0;  // of the time of all processors
  std::int64_t longest_ns = 0;
};

/// Gaps between two readings of the clock that count.
inline constexpr std::int64_t kStallNs = 500'000;

/// For so long a thread on each processor that this process may use reads the clock and does
/// nothing else. With nobody else on the machine the gaps are the kernel's and the host's.
Stalls measure_stalls(double seconds);

/// A sentence, for people.
std::string describe(const Stalls& stalls);

}  // namespace decree::bench

#endif  // DECREE_BENCH_STALLS_H_
