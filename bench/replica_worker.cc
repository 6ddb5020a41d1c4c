#include "bench/replica_worker.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/cluster_id.h"
#include "bench/read_loop.h"
#include "bench/replica_load.h"
#include "bench/session_load.h"
#include "bench/write_ledger.h"
#include "decree/replica.h"

namespace decree::bench {
namespace {

struct Settings {
  std::uint32_t id = 0;
  std::vector<std::uint16_t> ports;
  Options options;  // without what follows from id and ports
};

Options options_of(const Settings& settings) {
  Options options = settings.options;
  options.cluster = kCluster;
  options.id = ReplicaId{settings.id};
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
          {"log_bytes", status.log_bytes},
          {"log_dropped", status.log_dropped.value},
          {"storage_error", status.storage_error}};
}

void work(const Settings& settings) {
  WriteLedger ledger;
  Replica replica = Replica::open(options_of(settings), ledger);
  SessionLoad load(replica);
  serve_requests([&](const nlohmann::json& request) -> nlohmann::json {
    if (request.contains("status")) {
      return status_of(replica);
    }
    if (request.contains("how")) {
      return run_reads(replica, request.get<ReadRequest>());
    }
    if (request.contains("lease_share_s")) {
      return lease_share(replica, request.at("lease_share_s").get<double>());
    }
    if (request.contains("ledger")) {
      return ledger_of(replica, ledger);
    }
    if (request.contains("hand_over")) {
      const boost::system::error_code error = replica.hand_over();
      return error ? error.message() : std::string();
    }
    if (request.contains("sessions")) {
      return load.answer(request);
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
  Options& options = settings->options;
  worker->add_option("--directory", options.directory)->required();
  worker->add_option("--heartbeat-us", options.heartbeat_us);
  worker->add_option("--suspect-us", options.suspect_us);
  worker->add_option("--lease-us", options.lease_us);
  worker->add_option("--log-bytes", options.log_bytes);
  worker->callback([settings] { work(*settings); });
}

}  // namespace decree::bench
