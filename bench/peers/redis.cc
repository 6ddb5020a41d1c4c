#include "bench/peers/redis.h"

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <utility>
#include <vector>

#include "bench/loopback.h"
#include "bench/peers/programs.h"
#include "bench/peers/server_system.h"

namespace decree::bench {
namespace {

constexpr std::size_t kServers = 3;

/// Every write is synced to the file of commands, so that snapshots beside it have no use. A
/// replica is taken in at once, not after the default's five seconds.
std::vector<std::string> redis_command(const std::string& directory,
                                       const std::vector<std::uint16_t>& ports,
                                       std::size_t server) {
  std::filesystem::create_directories(directory);
  std::vector<std::string> words = {redis_program(),
                                    "--bind",
                                    "127.0.0.1",
                                    "--port",
                                    std::to_string(ports[server]),
                                    "--dir",
                                    directory,
                                    "--appendonly",
                                    "yes",
                                    "--appendfsync",
                                    "always",
                                    "--save",
                                    "",
                                    "--repl-diskless-sync-delay",
                                    "0"};
  if (server > 0) {
    words.insert(words.end(), {"--replicaof", "127.0.0.1", std::to_string(ports[0])});
  }
  return words;
}

std::vector<std::string> decree_kv_command(const std::string& directory,
                                           const std::vector<std::uint16_t>& client_ports,
                                           const std::vector<std::uint16_t>& member_ports,
                                           std::size_t server) {
  std::string members;
  for (std::size_t i = 0; i < kServers; ++i) {
    members += fmt::format("{}{}=127.0.0.1:{}", i == 0 ? "" : ",", i + 1, member_ports[i]);
  }
  return {decree_kv_program(),
          "--id",
          std::to_string(server + 1),
          "--directory",
          directory,
          "--listen",
          fmt::format("127.0.0.1:{}", client_ports[server]),
          "--members",
          members};
}

std::string directory_of(const std::string& directory, std::size_t server) {
  return fmt::format("{}/server{}", directory, server + 1);
}

}  // namespace

std::unique_ptr<System> start_redis(const std::string& directory) {
  const std::vector<std::uint16_t> ports = free_ports(kServers);
  std::vector<Server> servers;
  for (std::size_t i = 0; i < kServers; ++i) {
    const std::string own = directory_of(directory, i);
    servers.emplace_back(redis_command(own, ports, i), own + ".log");
  }
  return std::make_unique<ServerSystem>(std::move(servers), "redis",
                                        std::vector<std::uint16_t>{ports.front()});
}

std::unique_ptr<System> start_decree_kv(const std::string& directory) {
  std::vector<std::uint16_t> client_ports = free_ports(2 * kServers);
  const std::vector<std::uint16_t> member_ports(client_ports.begin() + kServers,
                                                client_ports.end());
  client_ports.resize(kServers);
  std::vector<Server> servers;
  for (std::size_t i = 0; i < kServers; ++i) {
    const std::string own = directory_of(directory, i);
    servers.emplace_back(decree_kv_command(own, client_ports, member_ports, i), own + ".log");
  }
  return std::make_unique<ServerSystem>(std::move(servers), "decree-kv", client_ports);
}

}  // namespace decree::bench
