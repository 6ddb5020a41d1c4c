#include "bench/peers/client_worker.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/load.h"
#include "bench/peers/client.h"
#include "bench/peers/etcd_client.h"
#include "bench/peers/resp_client.h"
#include "bench/peers/zookeeper_client.h"

namespace decree::bench {
namespace {

constexpr std::chrono::seconds kElection{30};
constexpr std::chrono::milliseconds kPause{10};

struct Settings {
  std::string protocol;
  std::vector<std::uint16_t> ports;
};

const std::map<std::string, Connect>& protocols() {
  static const std::map<std::string, Connect> all = {{"decree-kv", connect_decree_kv},
                                                     {"etcd", connect_etcd},
                                                     {"redis", connect_redis},
                                                     {"zookeeper", connect_zookeeper}};
  return all;
}

/// Asks one server after the other until one leads.
std::unique_ptr<Client> connect_to_leader(const Settings& settings) {
  const Connect& connect = protocols().at(settings.protocol);
  const auto deadline = std::chrono::steady_clock::now() + kElection;
  std::string why = "none says that it leads";
  while (std::chrono::steady_clock::now() < deadline) {
    for (const std::uint16_t port : settings.ports) {
      try {
        if (auto client = connect(port)) {
          return client;
        }
      } catch (const std::exception& error) {
        why = error.what();
      }
    }
    std::this_thread::sleep_for(kPause);
  }
  throw std::runtime_error(fmt::format("no server of {} led within {} s: {}", settings.protocol,
                                       kElection.count(), why));
}

void work(const Settings& settings) {
  const std::unique_ptr<Client> client = connect_to_leader(settings);
  serve_requests([&](const nlohmann::json& request) -> nlohmann::json {
    if (request.contains("status")) {
      return {{"version", client->version()}};
    }
    return client->run(request.get<LoadRequest>());
  });
}

std::vector<std::string> protocol_names() {
  std::vector<std::string> names;
  for (const auto& [name, connect] : protocols()) {
    names.push_back(name);
  }
  return names;
}

}  // namespace

void add_client_worker(CLI::App& program) {
  auto settings = std::make_shared<Settings>();
  CLI::App* worker = program.add_subcommand("client", "A client of servers")->group("");
  worker->add_option("--protocol", settings->protocol)
      ->required()
      ->check(CLI::IsMember(protocol_names()));
  worker->add_option("--port", settings->ports, "Of each server")->required();
  worker->callback([settings] { work(*settings); });
}

}  // namespace decree::bench
