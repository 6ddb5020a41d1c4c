// Reads inside a replica's process, one after the other.
#ifndef DECREE_BENCH_READ_LOOP_H_
#define DECREE_BENCH_READ_LOOP_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "decree/replica.h"

namespace decree::bench {

/// What is done again and again for `seconds`:
/// - "clock": one reading of the clock that leases go by: the floor of everything else
/// - "lease check": Replica::holds_lease() on a thread of the caller's
/// - "engine thread": linearizable async_read() on the engine's thread, 64 at a time
/// - "engine thread, local": the same, local
/// - "other thread": linearizable async_read() on a thread of the caller's, 64 in flight
struct ReadRequest {
  std::string how;
  double seconds = 1;
};

struct ReadResult {
  std::uint64_t reads = 0;
  double elapsed_us = 0;
  std::string problem;  // empty, or why the run does not count
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ReadRequest, how, seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ReadResult, reads, elapsed_us, problem)

/// Blocks until the time is over. Not from the engine's thread.
ReadResult run_reads(Replica& replica, const ReadRequest& request);

/// The share of `seconds` in which the replica holds a lease and reads cost no round. Looks some
/// thousand times a second; the time since the look before counts as each look finds it. Blocks.
double lease_share(const Replica& replica, double seconds);

}  // namespace decree::bench

#endif  // DECREE_BENCH_READ_LOOP_H_
