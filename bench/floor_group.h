// The processes of the floor, seen from the program that starts them.
#ifndef DECREE_BENCH_FLOOR_GROUP_H_
#define DECREE_BENCH_FLOOR_GROUP_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/worker_group.h"

namespace decree::bench {

/// How the floor waits: which is cheaper depends on the machine and on the load.
struct FloorVariant {
  std::string name;
  bool poll = false;
};
const std::vector<FloorVariant>& floor_variants();
std::vector<std::string> floor_names();

/// Makes the files of the floor in `directory`, once.
void make_floor_files(const std::string& directory, std::size_t replicas);

/// Starts one leader and its followers, connected over loopback TCP. The files must exist. Writes
/// go through io_uring, as the replicas' do, unless it is refused here: then through pwritev2.
WorkerGroup start_floor(const std::string& directory, std::size_t replicas,
                        const FloorVariant& variant);

/// Every variant, each with processes of its own.
std::vector<Measurement> measure_floors(const std::string& directory, std::size_t replicas,
                                        const LoadRequest& request);

/// An open loop, of the variant that polls.
Measurement measure_open_floor(const std::string& directory, std::size_t replicas,
                               const LoadRequest& request);

/// The lower p50 of the variants: which is cheaper depends on the moment, too.
double best_floor_us(const std::string& directory, std::size_t replicas,
                     const LoadRequest& request);

}  // namespace decree::bench

#endif  // DECREE_BENCH_FLOOR_GROUP_H_
