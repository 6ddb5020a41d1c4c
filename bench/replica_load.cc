#include "bench/replica_load.h"

#include "bench/closed_loop.h"
#include "bench/open_loop.h"
#include "bench/stages.h"

namespace decree::bench {
namespace {

LoadResult run(Replica& replica, const LoadRequest& request) {
  if (request.rate_per_s > 0) return OpenLoop(replica, request).run();
  return ClosedLoop(replica, request).run();
}

}  // namespace

LoadResult carry(Replica& replica, const LoadRequest& request) {
  if (!request.stages) return run(replica, request);
  StageTimes times;
  replica.on_stages([&times](const CommitStages& stages) { times.record(stages); });
  LoadResult result = run(replica, request);
  replica.on_stages({});
  result.stages_us = times.medians_us();
  return result;
}

}  // namespace decree::bench
