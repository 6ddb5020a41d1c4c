#include "bench/peers/libraft_worker.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/load.h"
#include "bench/peers/libraft_replica.h"

namespace decree::bench {
namespace {

struct Settings {
  std::uint32_t id = 0;
  std::vector<std::uint16_t> ports;
  std::string directory;
};

void work(const Settings& settings) {
  LibraftReplica replica(settings.id, settings.ports, settings.directory);
  serve_requests([&](const nlohmann::json& request) -> nlohmann::json {
    if (request.contains("status")) {
      return {{"leads", replica.leads()}, {"storage_error", ""}};
    }
    return replica.run(request.get<LoadRequest>());
  });
}

}  // namespace

void add_libraft_worker(CLI::App& program) {
  auto settings = std::make_shared<Settings>();
  CLI::App* worker = program.add_subcommand("libraft", "One replica of libraft")->group("");
  worker->add_option("--id", settings->id)->required();
  worker->add_option("--port", settings->ports, "Of each replica, in the order of ids")->required();
  worker->add_option("--directory", settings->directory)->required();
  worker->callback([settings] { work(*settings); });
}

}  // namespace decree::bench
