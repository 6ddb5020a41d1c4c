#include "bench/worker_group.h"

#include <algorithm>
#include <numeric>

namespace decree::bench {
namespace {

// How much longer than it should a run may take before it is given up.
constexpr double kPatienceSeconds = 30;

}  // namespace

nlohmann::json ask(Process& worker, const nlohmann::json& request, double patience_seconds) {
  worker.write_line(request.dump());
  const auto patience =
      std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(patience_seconds));
  return nlohmann::json::parse(worker.read_line(patience));
}

LoadResult carry_load(Process& worker, const LoadRequest& request) {
  return ask(worker, request, request.seconds + kPatienceSeconds).get<LoadResult>();
}

std::int64_t cpu_us(const WorkerGroup& group) {
  return std::accumulate(
      group.processes.begin(), group.processes.end(), std::int64_t{0},
      [](std::int64_t sum, const Process& process) { return sum + process.cpu_us(); });
}

Measurement measure(const std::function<LoadResult(const LoadRequest&)>& load,
                    const std::function<std::int64_t()>& cpu_us, const LoadRequest& request) {
  LoadRequest warm_up = request;
  warm_up.seconds = std::min(0.5, request.seconds / 4);
  const LoadResult warm = load(warm_up);
  if (!warm.problem.empty()) {
    return {.load = warm, .cpu_us_per_commit = 0};
  }
  const std::int64_t before = cpu_us();
  Measurement measurement{.load = load(request), .cpu_us_per_commit = 0};
  const auto used = static_cast<double>(cpu_us() - before);
  const auto commits = static_cast<double>(std::max<std::uint64_t>(1, measurement.load.commits));
  measurement.cpu_us_per_commit = used / commits;
  return measurement;
}

Measurement measure(WorkerGroup& group, const LoadRequest& request) {
  Process& leader = group.processes[group.leader];
  return measure([&](const LoadRequest& load) { return carry_load(leader, load); },
                 [&] { return cpu_us(group); }, request);
}

}  // namespace decree::bench
