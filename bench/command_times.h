// The bookkeeping of a closed loop.
#ifndef DECREE_BENCH_COMMAND_TIMES_H_
#define DECREE_BENCH_COMMAND_TIMES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/histogram.h"
#include "bench/load.h"

namespace decree::bench {

/// When the command in flight at each place was due, and how long all of them took. One thread.
class CommandTimes {
 public:
  /// At every place a command is due, now.
  explicit CommandTimes(const LoadRequest& request);

  [[nodiscard]] std::size_t places() const { return due_.size(); }
  /// The command at `place` is answered, with why it failed or nothing. True if another one is due
  /// there, now; after a failure and at the end none is.
  bool completed(std::size_t place, const std::string& problem = {});
  /// Nothing is in flight any more.
  [[nodiscard]] bool over() const { return in_flight_ == 0; }
  /// Once it is over.
  [[nodiscard]] LoadResult result() const;

 private:
  std::vector<std::int64_t> due_;
  std::size_t in_flight_;
  std::int64_t start_;
  std::int64_t end_;
  std::int64_t last_;
  Histogram latencies_;
  std::string problem_;
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_COMMAND_TIMES_H_
