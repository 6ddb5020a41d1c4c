#include "bench/peers/server_system.h"

#include <numeric>
#include <utility>

#include "bench/worker_group.h"

namespace decree::bench {
namespace {

// Longer than the client itself looks for a leader.
constexpr double kConnectSeconds = 40;

}  // namespace

ServerSystem::ServerSystem(std::vector<Server> servers, std::string protocol,
                           std::vector<std::uint16_t> ports)
    : servers_(std::move(servers)),
      client_arguments_({"client", "--protocol", std::move(protocol)}) {
  for (const std::uint16_t port : ports) {
    client_arguments_.emplace_back("--port");
    client_arguments_.push_back(std::to_string(port));
  }
}

void ServerSystem::take_turn() {
  client_.reset();
  client_.emplace(client_arguments_);
  const nlohmann::json status = ask(*client_, {{"status", true}}, kConnectSeconds);
  version_ = status.at("version").get<std::string>();
}

LoadResult ServerSystem::load(const LoadRequest& request) { return carry_load(*client_, request); }

std::int64_t ServerSystem::cpu_us() const {
  return std::accumulate(
      servers_.begin(), servers_.end(), std::int64_t{0},
      [](std::int64_t sum, const Server& server) { return sum + server.cpu_us(); });
}

std::string ServerSystem::log_tail() const {
  std::string tails;
  for (const Server& server : servers_) {
    tails += server.log_tail();
  }
  return tails;
}

}  // namespace decree::bench
