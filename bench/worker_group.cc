#include "bench/worker_group.h"

#include <algorithm>
#include <numeric>

namespace decree::bench {
namespace {

// How much longer than it should a run may take before it is given up.
constexpr double kPatienceSeconds = 30;

LoadResult run(Process& leader, const LoadRequest& request) {
  return ask(leader, request, request.seconds + kPatienceSeconds).get<LoadResult>();
}

std::int64_t cpu_us(const WorkerGroup& group) {
  return std::accumulate(
      group.processes.begin(), group.processes.end(), std::int64_t{0},
      [](std::int64_t sum, const Process& process) { return sum + process.cpu_us(); });
}

}  // namespace

nlohmann::json ask(Process& worker, const nlohmann::json& request, double patience_seconds) {
  worker.write_line(request.dump());
  const auto patience =
      std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(patience_seconds));
  return nlohmann::json::parse(worker.read_line(patience));
}

Measurement measure(WorkerGroup& group, const LoadRequest& request) {
  LoadRequest warm_up = request;
  warm_up.seconds = std::min(0.5, request.seconds / 4);
  Process& leader = group.processes[group.leader];
  const LoadResult warm = run(leader, warm_up);
  if (!warm.problem.empty()) {
    return {.load = warm, .cpu_us_per_commit = 0};
  }
  const std::int64_t before = cpu_us(group);
  Measurement measurement{.load = run(leader, request), .cpu_us_per_commit = 0};
  const auto used = static_cast<double>(cpu_us(group) - before);
  const auto commits = static_cast<double>(std::max<std::uint64_t>(1, measurement.load.commits));
  measurement.cpu_us_per_commit = used / commits;
  return measurement;
}

}  // namespace decree::bench
