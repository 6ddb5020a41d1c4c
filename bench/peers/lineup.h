// The systems, all running, measured in turn.
#ifndef DECREE_BENCH_PEERS_LINEUP_H_
#define DECREE_BENCH_PEERS_LINEUP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/load.h"
#include "bench/peers/system.h"
#include "bench/worker_group.h"

namespace decree::bench {

/// All systems are started once. Starting one anew for each turn would measure how long Java
/// compiles; stopping the others would make them elect leaders when they go on. So they wait idle,
/// and what that costs is measured too. Failures throw std::runtime_error and name the system.
class Lineup {
 public:
  /// Each system starts in a directory of its own below `directory`.
  Lineup(const std::vector<SystemKind>& kinds, const std::string& directory);

  /// A turn of each that is not counted.
  void warm_up(const LoadRequest& request);
  /// A turn of each; another one begins each time. The results are in the order of the systems.
  std::vector<Measurement> measure_round(const LoadRequest& request);

  /// In the order of the systems, known after warm_up().
  [[nodiscard]] std::vector<std::string> versions() const;
  /// How many runs each system did not finish and carried once more, as when its leader moved.
  [[nodiscard]] std::vector<std::size_t> repeated_runs() const;
  /// Of one processor, by the systems that waited while another one was measured.
  [[nodiscard]] double waiting_share() const;

 private:
  struct Place {
    std::string name;
    std::unique_ptr<System> system;
    std::size_t repeated_runs = 0;
  };

  Measurement take_turn(Place& place, const LoadRequest& request);
  [[nodiscard]] std::int64_t cpu_us_of_others(const Place& place) const;

  std::vector<Place> places_;
  std::size_t rounds_ = 0;
  std::int64_t waiting_cpu_us_ = 0;
  std::int64_t measured_us_ = 0;
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_LINEUP_H_
