#include "sim/trace.h"

#include <fmt/format.h>

#include <utility>

namespace decree::sim {

void Trace::text(Time now, ReplicaId at, std::string line) {
  if (lines_ == 0) return;
  std::deque<Line>& kept = kept_[at];
  kept.push_back({order_++, now, std::move(line)});
  if (kept.size() > lines_) kept.pop_front();
}

std::string Trace::print() const {
  std::map<std::uint64_t, std::string> all;
  for (const auto& [at, kept] : kept_) {
    for (const Line& line : kept) {
      const double ms = static_cast<double>(line.time.ns - 1'000'000'000) / 1e6;
      all[line.order] = at ? fmt::format("{:12.6f}  {}  {}\n", ms, at.value, line.text)
                           : fmt::format("{:12.6f}  -  {}\n", ms, line.text);
    }
  }
  std::string text;
  for (const auto& [order, line] : all) text += line;
  return text;
}

}  // namespace decree::sim
