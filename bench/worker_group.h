// The processes of one run, of which one carries the load.
#ifndef DECREE_BENCH_WORKER_GROUP_H_
#define DECREE_BENCH_WORKER_GROUP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "bench/load.h"
#include "bench/process.h"

namespace decree::bench {

struct WorkerGroup {
  std::vector<Process> processes;
  std::size_t leader = 0;
};

struct Measurement {
  LoadResult load;
  double cpu_us_per_commit = 0;  // of all processes together
};

/// Sends one request to a worker and returns its answer.
nlohmann::json ask(Process& worker, const nlohmann::json& request, double patience_seconds);

/// One warm-up that is not counted, then the run: `load` carries the load, `cpu_us` is the
/// processor time so far of what is measured.
Measurement measure(const std::function<LoadResult(const LoadRequest&)>& load,
                    const std::function<std::int64_t()>& cpu_us, const LoadRequest& request);

/// The same, of a group whose leader carries the load.
Measurement measure(WorkerGroup& group, const LoadRequest& request);

/// The run of a worker that carries the load, or why there is none.
LoadResult carry_load(Process& worker, const LoadRequest& request);

/// Processor time so far of all processes.
std::int64_t cpu_us(const WorkerGroup& group);

}  // namespace decree::bench

#endif  // DECREE_BENCH_WORKER_GROUP_H_
