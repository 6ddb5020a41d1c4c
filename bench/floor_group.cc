#include "bench/floor_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "bench/floor_io.h"
#include "bench/loopback.h"

namespace decree::bench {
namespace {

// Writes wrap around at the end.
constexpr std::uint64_t kFileBytes = 32u << 20;

std::string file_of(const std::string& directory, std::size_t replica) {
  return fmt::format("{}/floor-{}", directory, replica);
}

Process start_worker(const std::string& role, const std::string& file, const FloorVariant& variant,
                     const std::vector<int>& sockets) {
  std::vector<std::string> arguments = {"floor", "--role", role, "--file", file};
  if (variant.poll) {
    arguments.emplace_back("--poll");
  }
  for (const int socket : sockets) {
    arguments.emplace_back("--socket");
    arguments.push_back(std::to_string(socket));
  }
  return Process(arguments, sockets);
}

}  // namespace

const std::vector<FloorVariant>& floor_variants() {
  static const std::vector<FloorVariant> variants = {{.name = "blocking", .poll = false},
                                                     {.name = "polling", .poll = true}};
  return variants;
}

std::vector<std::string> floor_names() {
  std::vector<std::string> names;
  std::ranges::transform(floor_variants(), std::back_inserter(names), &FloorVariant::name);
  return names;
}

void make_floor_files(const std::string& directory, std::size_t replicas) {
  for (std::size_t replica = 0; replica < replicas; ++replica) {
    make_zeros(file_of(directory, replica), kFileBytes);
  }
}

WorkerGroup start_floor(const std::string& directory, std::size_t replicas,
                        const FloorVariant& variant) {
  std::vector<Connection> connections;
  std::vector<int> leader_sockets;
  for (std::size_t follower = 1; follower < replicas; ++follower) {
    connections.push_back(connect_loopback());
    leader_sockets.push_back(connections.back().leader.get());
  }
  WorkerGroup group;
  group.processes.push_back(start_worker("leader", file_of(directory, 0), variant, leader_sockets));
  for (std::size_t follower = 1; follower < replicas; ++follower) {
    group.processes.push_back(start_worker("follower", file_of(directory, follower), variant,
                                           {connections[follower - 1].follower.get()}));
  }
  return group;
}

namespace {

Measurement measure_floor(const std::string& directory, std::size_t replicas,
                          const FloorVariant& variant, const LoadRequest& request) {
  WorkerGroup floor = start_floor(directory, replicas, variant);
  return measure(floor, request);
}

}  // namespace

std::vector<Measurement> measure_floors(const std::string& directory, std::size_t replicas,
                                        const LoadRequest& request) {
  std::vector<Measurement> floors;
  for (const FloorVariant& variant : floor_variants()) {
    floors.push_back(measure_floor(directory, replicas, variant, request));
  }
  return floors;
}

Measurement measure_open_floor(const std::string& directory, std::size_t replicas,
                               const LoadRequest& request) {
  const auto polling = std::ranges::find(floor_variants(), true, &FloorVariant::poll);
  return measure_floor(directory, replicas, *polling, request);
}

double best_floor_us(const std::string& directory, std::size_t replicas,
                     const LoadRequest& request) {
  const auto p50 = [](const Measurement& floor) { return floor.load.p50_us; };
  return std::ranges::min(measure_floors(directory, replicas, request), {}, p50).load.p50_us;
}

}  // namespace decree::bench
