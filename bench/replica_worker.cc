#include "bench/replica_worker.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/read_loop.h"
#include "bench/replica_load.h"
#include "decree/replica.h"

namespace decree::bench {
namespace {

constexpr std::uint64_t kCluster = 0xbe4c;

struct Settings {
  std::uint32_t id = 0;
  std::vector<std::uint16_t> ports;
  std::string directory;
};

/// Costs nothing, so that only the engine is measured.
class Counter final : public StateMachine {
 public:
  void apply(const Entry&, Reply&) override { ++applied_; }

 private:
  std::uint64_t applied_ = 0;
};

Options options_of(const Settings& settings) {
  Options options;
  options.cluster = kCluster;
  options.id = ReplicaId{settings.id};
  options.directory = settings.directory;
  options.priority = settings.id == 1 ? 1 : 0;
  for (std::size_t i = 0; i < settings.ports.size(); ++i) {
    options.members.push_back({.id = ReplicaId{static_cast<std::uint32_t>(i + 1)},
                               .host = "127.0.0.1",
                               .port = settings.ports[i]});
  }
  return options;
}

nlohmann::json status_of(const Replica& replica) {
  const Status status = replica.status();
  return {{"leads", status.role == Role::leader && status.holds_lease},
          {"disk", status.log_disk},
          {"storage_error", status.storage_error}};
}

void work(const Settings& settings) {
  Counter machine;
  Replica replica = Replica::open(options_of(settings), machine);
  serve_requests([&](const nlohmann::json& request) -> nlohmann::json {
    if (request.contains("status")) {
      return status_of(replica);
    }
    if (request.contains("how")) {
      return run_reads(replica, request.get<ReadRequest>());
    }
    return carry(replica, request.get<LoadRequest>());
  });
  replica.close();
}

}  // namespace

void add_replica_worker(CLI::App& program) {
  auto settings = std::make_shared<Settings>();
  CLI::App* worker = program.add_subcommand("replica", "One replica of the group")->group("");
  worker->add_option("--id", settings->id)->required();
  worker->add_option("--port", settings->ports, "Of each replica, in the order of ids")->required();
  worker->add_option("--directory", settings->directory)->required();
  worker->callback([settings] { work(*settings); });
}

}  // namespace decree::bench
