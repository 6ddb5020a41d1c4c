#include "bench/replica_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>

#include "bench/loopback.h"

namespace decree::bench {
namespace {

constexpr std::chrono::seconds kElection{30};
constexpr std::chrono::milliseconds kPause{10};
constexpr std::chrono::seconds kFilling{120};
constexpr int kAttempts = 5;
constexpr double kStatusSeconds = 30;  // a fresh log writes its zeros first

bool leads(Process& replica) {
  const nlohmann::json status = ask(replica, {{"status", true}}, kStatusSeconds);
  if (const auto error = status.at("storage_error").get<std::string>(); !error.empty()) {
    throw std::runtime_error("a replica's log failed: " + error);
  }
  return status.at("leads").get<bool>();
}

}  // namespace

std::vector<std::string> replica_arguments(const std::string& directory, std::size_t place,
                                           const std::vector<std::uint16_t>& ports,
                                           const std::string& worker) {
  std::vector<std::string> arguments = {worker, "--id", std::to_string(place + 1), "--directory",
                                        fmt::format("{}/replica-{}", directory, place + 1)};
  for (const std::uint16_t port : ports) {
    arguments.emplace_back("--port");
    arguments.push_back(std::to_string(port));
  }
  return arguments;
}

WorkerGroup start_replicas(const std::string& directory, std::size_t replicas,
                           const std::vector<std::string>& more, const std::string& worker) {
  const auto ports = free_ports(replicas);
  WorkerGroup group;
  for (std::size_t i = 0; i < replicas; ++i) {
    std::vector<std::string> arguments = replica_arguments(directory, i, ports, worker);
    arguments.insert(arguments.end(), more.begin(), more.end());
    group.processes.emplace_back(arguments);
  }
  await_leader(group);
  return group;
}

void await_leader(WorkerGroup& group) {
  const auto deadline = std::chrono::steady_clock::now() + kElection;
  while (std::chrono::steady_clock::now() < deadline) {
    for (std::size_t i = 0; i < group.processes.size(); ++i) {
      if (leads(group.processes[i])) {
        group.leader = i;
        return;
      }
    }
    std::this_thread::sleep_for(kPause);
  }
  throw std::runtime_error(fmt::format("no replica led within {} s", kElection.count()));
}

std::vector<std::string> recycling_log() { return {"--log-bytes", std::to_string(256u << 20)}; }

void fill_logs(WorkerGroup& group) {
  const LoadRequest load{.outstanding = 16, .payload_bytes = 64u << 10, .seconds = 0.2};
  const auto has_dropped = [](Process& replica) {
    const nlohmann::json status = ask(replica, {{"status", true}}, kStatusSeconds);
    return status.at("log_dropped").get<std::uint64_t>() > 0;
  };
  const auto deadline = std::chrono::steady_clock::now() + kFilling;
  while (!std::ranges::all_of(group.processes, has_dropped)) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error(
          fmt::format("the logs did not go round within {} s", kFilling.count()));
    }
    run_until_it_counts(group,
                        [&] { return carry_load(group.processes[group.leader], load).problem; });
  }
}

void run_until_it_counts(const std::function<std::string()>& run) {
  std::string problem;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    problem = run();
    if (problem.empty()) {
      return;
    }
    fmt::print(stderr, "  a run does not count: {}; once more\n", problem);
  }
  throw std::runtime_error(fmt::format("{} runs in a row failed: {}", kAttempts, problem));
}

void run_until_it_counts(WorkerGroup& group, const std::function<std::string()>& run) {
  run_until_it_counts([&] {
    await_leader(group);
    return run();
  });
}

}  // namespace decree::bench
