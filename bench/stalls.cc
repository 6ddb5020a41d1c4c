#include "bench/stalls.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>

#include "bench/load.h"

namespace decree::bench {
namespace {

struct Gaps {
  std::int64_t sum_ns = 0;
  std::int64_t longest_ns = 0;
};

std::vector<std::size_t> allowed_processors() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
    return {0};  // there are more than fit into a set: one stands for them
  }
  std::vector<std::size_t> list;
  for (std::size_t each = 0; each < CPU_SETSIZE; ++each) {
    if (CPU_ISSET(each, &allowed)) list.push_back(each);
  }
  return list;
}

Gaps spin(std::size_t processor, std::int64_t end_ns) {
  cpu_set_t own;
  CPU_ZERO(&own);
  CPU_SET(processor, &own);
  ::sched_setaffinity(0, sizeof own, &own);  // where it fails it measures elsewhere
  Gaps gaps;
  for (std::int64_t last = now_ns(); last < end_ns;) {
    const std::int64_t now = now_ns();
    const std::int64_t gap = now - last;
    last = now;
    if (gap < kStallNs) continue;
    gaps.sum_ns += gap;
    gaps.longest_ns = std::max(gaps.longest_ns, gap);
  }
  return gaps;
}

}  // namespace

Stalls measure_stalls(double seconds) {
  const std::vector<std::size_t> processors = allowed_processors();
  const auto span_ns = static_cast<std::int64_t>(seconds * 1e9);
  const std::int64_t end_ns = now_ns() + span_ns;
  std::vector<Gaps> found(processors.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < processors.size(); ++i) {
      threads.emplace_back([&, i] { found[i] = spin(processors[i], end_ns); });
    }
  }
  Stalls stalls;
  for (const Gaps& gaps : found) {
    stalls.share += static_cast<double>(gaps.sum_ns);
    stalls.longest_ns = std::max(stalls.longest_ns, gaps.longest_ns);
  }
  stalls.share /= static_cast<double>(span_ns) * static_cast<double>(processors.size());
  return stalls;
}

std::string describe(const Stalls& stalls) {
  return fmt::format(
      "Threads that only read the clock, one on each processor and nothing beside them, lose "
      "{:.2f} % of their time in gaps of {:.1f} ms and more, the longest {:.1f} ms",
      stalls.share * 100, static_cast<double>(kStallNs) / 1e6,
      static_cast<double>(stalls.longest_ns) / 1e6);
}

}  // namespace decree::bench
