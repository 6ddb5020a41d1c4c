#include "bench/peers/worker_system.h"

#include <cstddef>
#include <utility>

#include "bench/peers/programs.h"
#include "bench/replica_group.h"
#include "bench/worker_group.h"

namespace decree::bench {
namespace {

constexpr std::size_t kReplicas = 3;

class WorkerSystem final : public System {
 public:
  WorkerSystem(WorkerGroup replicas, std::string version)
      : replicas_(std::move(replicas)), version_(std::move(version)) {}

  void take_turn() override { await_leader(replicas_); }
  LoadResult load(const LoadRequest& request) override {
    return carry_load(replicas_.processes[replicas_.leader], request);
  }
  void end_turn() override {}

  [[nodiscard]] std::int64_t cpu_us() const override { return bench::cpu_us(replicas_); }
  [[nodiscard]] std::string version() const override { return version_; }
  // Workers print where this program does.
  [[nodiscard]] std::string log_tail() const override { return {}; }

 private:
  WorkerGroup replicas_;
  std::string version_;
};

}  // namespace

std::unique_ptr<System> start_decree(const std::string& directory) {
  WorkerGroup replicas = start_replicas(directory, kReplicas, recycling_log());
  fill_logs(replicas);
  return std::make_unique<WorkerSystem>(std::move(replicas), decree_version());
}

std::unique_ptr<System> start_libraft(const std::string& directory) {
  return std::make_unique<WorkerSystem>(start_replicas(directory, kReplicas, {}, "libraft"),
                                        libraft_version());
}

}  // namespace decree::bench
