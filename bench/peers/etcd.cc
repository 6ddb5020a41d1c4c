#include "bench/peers/etcd.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "bench/loopback.h"
#include "bench/peers/programs.h"
#include "bench/peers/server_system.h"

namespace decree::bench {
namespace {

constexpr std::size_t kMembers = 3;

std::string url(std::uint16_t port) { return fmt::format("http://127.0.0.1:{}", port); }

std::string name(std::size_t member) { return fmt::format("member{}", member + 1); }

std::string all_members(const std::vector<std::uint16_t>& peer_ports) {
  std::string members;
  for (std::size_t i = 0; i < kMembers; ++i) {
    members += fmt::format("{}{}={}", i == 0 ? "" : ",", name(i), url(peer_ports[i]));
  }
  return members;
}

/// etcd's own settings, which sync every write.
std::vector<std::string> command(const std::string& directory, std::size_t member,
                                 std::uint16_t client_port,
                                 const std::vector<std::uint16_t>& peer_ports) {
  return {etcd_program(),
          "--name=" + name(member),
          fmt::format("--data-dir={}/{}", directory, name(member)),
          "--listen-client-urls=" + url(client_port),
          "--advertise-client-urls=" + url(client_port),
          "--listen-peer-urls=" + url(peer_ports[member]),
          "--initial-advertise-peer-urls=" + url(peer_ports[member]),
          "--initial-cluster=" + all_members(peer_ports),
          "--logger=zap",
          "--log-level=warn"};
}

}  // namespace

std::unique_ptr<System> start_etcd(const std::string& directory) {
  std::vector<std::uint16_t> client_ports = free_ports(2 * kMembers);
  const std::vector<std::uint16_t> peer_ports(client_ports.begin() + kMembers, client_ports.end());
  client_ports.resize(kMembers);
  std::vector<Server> servers;
  for (std::size_t i = 0; i < kMembers; ++i) {
    servers.emplace_back(command(directory, i, client_ports[i], peer_ports),
                         fmt::format("{}/{}.log", directory, name(i)));
  }
  return std::make_unique<ServerSystem>(std::move(servers), "etcd", client_ports);
}

}  // namespace decree::bench
