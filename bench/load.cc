#include "bench/load.h"

#include <chrono>
#include <iostream>
#include <utility>

namespace decree::bench {

LoadResult summary(const Histogram& latencies, std::int64_t elapsed_ns) {
  const auto us = [](auto ns) { return static_cast<double>(ns) / 1e3; };
  std::vector<double> percentiles;
  for (const double fraction : kFractions) percentiles.push_back(us(latencies.quantile(fraction)));
  return {.commits = latencies.count(),
          .elapsed_us = us(elapsed_ns),
          .p50_us = us(latencies.quantile(0.5)),
          .p99_us = us(latencies.quantile(0.99)),
          .p999_us = us(latencies.quantile(0.999)),
          .max_us = us(latencies.max()),
          .percentiles_us = std::move(percentiles),
          .stages_us = {},
          .problem = {}};
}

void serve_requests(const std::function<nlohmann::json(const nlohmann::json&)>& answer) {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::cout << answer(nlohmann::json::parse(line)).dump() << std::endl;
  }
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace decree::bench
