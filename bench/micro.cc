// decree-bench-micro: what one call costs, on a group of one replica.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <thread>

#include "bench/loopback.h"
#include "bench/scratch.h"
#include "decree/replica.h"

namespace decree::bench {
namespace {

class Ignore final : public StateMachine {
 public:
  void apply(const Entry&, Reply&) override {}
  std::unique_ptr<SnapshotView> snapshot() override { return nullptr; }
  void restore(SnapshotReader&) override {}
};

/// One replica that leads, on a new log.
class Lone {
 public:
  Lone() : replica_(Replica::open(options(), machine_)) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!replica_.holds_lease()) {
      if (std::chrono::steady_clock::now() > deadline) {
        throw std::runtime_error("the replica holds no lease after 30 s");
      }
      std::this_thread::yield();
    }
  }
  [[nodiscard]] Replica& replica() { return replica_; }

 private:
  [[nodiscard]] Options options() const {
    Options options;
    options.cluster = 1;
    options.id = ReplicaId{1};
    options.members = {{.id = options.id, .host = "127.0.0.1", .port = free_ports(1)[0]}};
    options.directory = scratch_.path() + "/log";
    return options;
  }

  Scratch scratch_{"/var/tmp"};
  Ignore machine_;
  Replica replica_;
};

/// On a thread of the caller, beside the engine's.
void holds_lease(benchmark::State& state) {
  Lone lone;
  std::uint64_t held = 0;
  for (auto _ : state) {
    held += lone.replica().holds_lease() ? 1U : 0U;
  }
  const auto calls = static_cast<double>(state.iterations());
  state.counters["held"] = static_cast<double>(held) / calls;
}
BENCHMARK(holds_lease);

}  // namespace
}  // namespace decree::bench
