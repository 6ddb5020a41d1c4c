// Commands that come at their own times, inside the leader's process.
#ifndef DECREE_BENCH_OPEN_LOOP_H_
#define DECREE_BENCH_OPEN_LOOP_H_

#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <string>

#include "bench/arrivals.h"
#include "bench/histogram.h"
#include "bench/load.h"
#include "decree/replica.h"

namespace decree::bench {

/// Proposes on the engine's own thread, at the times of Arrivals, whether or not earlier
/// commands are done. A latency runs from when its command was due, so a command that could not
/// even be proposed in time counts in full. Used once.
class OpenLoop {
 public:
  OpenLoop(Replica& replica, const LoadRequest& request);

  /// Blocks until the time is over and the last command is answered. Not from the engine's thread.
  LoadResult run();

 private:
  void start();
  void propose_what_is_due();
  void propose(std::int64_t due);
  void completed(std::int64_t due, const boost::system::error_code& error);
  void end_if_done();

  Replica& replica_;
  LoadRequest request_;
  std::string command_;
  std::promise<void> done_;

  // From here on, the engine's thread only, until done_.
  boost::asio::steady_timer timer_;
  std::optional<Arrivals> arrivals_;
  Histogram latencies_;
  std::size_t in_flight_ = 0;
  std::int64_t start_ = 0;
  std::int64_t end_ = 0;
  bool over_ = false;
  std::string problem_;
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_OPEN_LOOP_H_
