// The floor under commit latency: the same sends and the same durable writes, and no protocol.
#ifndef DECREE_BENCH_FLOOR_H_
#define DECREE_BENCH_FLOOR_H_

#include <cstddef>
#include <cstdint>
#include <deque>

#include "bench/arrivals.h"
#include "bench/floor_io.h"
#include "bench/histogram.h"
#include "bench/load.h"

namespace decree::bench {

/// Sends each batch of commands to every follower, writes it durably meanwhile, and takes it as
/// done once a quorum, itself counted like the others, has it durable. A batch is what accumulated
/// while the ones before it were in flight.
class FloorLeader {
 public:
  /// One follower at the other end of each of `followers` sockets of `io`.
  FloorLeader(FloorIo& io, std::size_t followers);

  /// An open loop needs an `io` that polls: a command that comes ends no wait.
  LoadResult run(const LoadRequest& request);

 private:
  /// True while there are more of them, or are in flight.
  [[nodiscard]] bool take_arrivals(Arrivals& arrivals, std::int64_t end);
  void start_batches(const LoadRequest& request);
  void send_batch(std::uint32_t commands, std::uint32_t payload_bytes);
  void take_answers();
  [[nodiscard]] std::uint64_t chosen() const;
  /// Records the commands of the batches that are done, and makes as many new ones due until `end`.
  void complete(Histogram& latencies, std::int64_t end);

  struct Batch {
    std::uint64_t number;
    std::uint32_t commands;
  };

  FloorIo& io_;
  std::vector<std::uint64_t> durable_;  // at each follower
  std::deque<Batch> in_flight_;
  std::deque<std::int64_t> due_;  // of the commands in flight, then of those that wait
  std::size_t waiting_ = 0;
};

/// Writes what arrives durably, everything that arrived together in one write, and answers. Returns
/// when the leader closes its end.
void follow_floor(FloorIo& io);

}  // namespace decree::bench

#endif  // DECREE_BENCH_FLOOR_H_
