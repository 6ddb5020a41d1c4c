#include "bench/peers/zookeeper.h"

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "bench/loopback.h"
#include "bench/peers/programs.h"
#include "bench/peers/server_system.h"

namespace decree::bench {
namespace {

constexpr std::size_t kServers = 3;

struct Ports {
  std::vector<std::uint16_t> client;
  std::vector<std::uint16_t> quorum;
  std::vector<std::uint16_t> election;
};

Ports choose_ports() {
  const std::vector<std::uint16_t> all = free_ports(3 * kServers);
  const auto part = [&](std::ptrdiff_t which) {
    const auto begin = all.begin() + which * static_cast<std::ptrdiff_t>(kServers);
    return std::vector<std::uint16_t>(begin, begin + kServers);
  };
  return {.client = part(0), .quorum = part(1), .election = part(2)};
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) {
    throw std::runtime_error("cannot write " + path);
  }
}

/// Times are the ones of ZooKeeper's own example; forceSync syncs every write and is the default.
/// An admin server would take a port that somebody may have.
std::string configuration(const std::string& data, const Ports& ports, std::size_t server) {
  std::string text = fmt::format(
      "tickTime=2000\ninitLimit=10\nsyncLimit=5\ndataDir={}\nclientPort={}\n"
      "clientPortAddress=127.0.0.1\nforceSync=yes\nadmin.enableServer=false\n",
      data, ports.client[server]);
  for (std::size_t i = 0; i < kServers; ++i) {
    text += fmt::format("server.{}=127.0.0.1:{}:{}\n", i + 1, ports.quorum[i], ports.election[i]);
  }
  return text;
}

Server start_server(const std::string& directory, const Ports& ports, std::size_t server) {
  const std::string data = fmt::format("{}/server{}", directory, server + 1);
  std::filesystem::create_directories(data);
  write_file(data + "/myid", std::to_string(server + 1));
  write_file(data + ".cfg", configuration(data, ports, server));
  return Server({java_program(), "-XX:-UsePerfData", "-XX:ErrorFile=" + data + ".crash",
                 "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", zookeeper_class_path(),
                 "org.apache.zookeeper.server.quorum.QuorumPeerMain", data + ".cfg"},
                data + ".log");
}

}  // namespace

std::unique_ptr<System> start_zookeeper(const std::string& directory) {
  const Ports ports = choose_ports();
  std::vector<Server> servers;
  for (std::size_t i = 0; i < kServers; ++i) {
    servers.push_back(start_server(directory, ports, i));
  }
  return std::make_unique<ServerSystem>(std::move(servers), "zookeeper", ports.client);
}

}  // namespace decree::bench
