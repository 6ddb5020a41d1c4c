// A load on the replica of this process.
#ifndef DECREE_BENCH_REPLICA_LOAD_H_
#define DECREE_BENCH_REPLICA_LOAD_H_

#include "bench/load.h"
#include "decree/replica.h"

namespace decree::bench {

/// Blocks until it is over. Not from the engine's thread.
LoadResult carry(Replica& replica, const LoadRequest& request);

}  // namespace decree::bench

#endif  // DECREE_BENCH_REPLICA_LOAD_H_
