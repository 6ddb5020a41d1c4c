// The whole load: some clients, each on a thread of its own.
#ifndef DECREE_EXAMPLES_DEMO_LOAD_H_
#define DECREE_EXAMPLES_DEMO_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "examples/demo/load_client.h"

namespace decree::demo {

class Load {
 public:
  /// Starts at once; the connections are spread over the replicas.
  Load(const std::vector<std::uint16_t>& ports, std::size_t connections, std::size_t outstanding);
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() { stop(); }

  /// Returns when every answer is in or given up. Idempotent.
  void stop();

  [[nodiscard]] LoadState& state() { return state_; }
  /// The rest is for after stop().
  [[nodiscard]] double seconds() const { return seconds_; }
  [[nodiscard]] Histogram latencies() const;
  /// Reads everything back through the replica at this port. Throws std::runtime_error if it does
  /// not answer.
  [[nodiscard]] Tally read_back(std::uint16_t port) const;

 private:
  LoadState state_;
  std::vector<std::unique_ptr<LoadClient>> clients_;
  std::vector<std::thread> threads_;
  Clock::time_point started_ = Clock::now();
  double seconds_ = 0;
};

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_LOAD_H_
