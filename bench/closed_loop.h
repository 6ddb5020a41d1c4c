// The closed loop of commands inside the leader's process.
#ifndef DECREE_BENCH_CLOSED_LOOP_H_
#define DECREE_BENCH_CLOSED_LOOP_H_

#include <cstddef>
#include <future>
#include <optional>
#include <string>

#include "bench/command_times.h"
#include "bench/load.h"
#include "decree/replica.h"

namespace decree::bench {

/// Proposes on the engine's own thread, as a program does that shares it. Used once.
class ClosedLoop {
 public:
  ClosedLoop(Replica& replica, const LoadRequest& request);

  /// Blocks until the time is over and the last command is answered. Not from the engine's thread.
  LoadResult run();

 private:
  void start();
  void propose(std::size_t place);
  void completed(std::size_t place, const boost::system::error_code& error);

  Replica& replica_;
  LoadRequest request_;
  std::string command_;
  std::promise<void> done_;

  std::optional<CommandTimes> times_;  // the engine's thread only, until done_
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_CLOSED_LOOP_H_
