#include "bench/failover_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

#include "bench/loopback.h"
#include "bench/replica_group.h"

namespace decree::bench {
namespace {

constexpr std::size_t kReplicas = 3;
constexpr std::chrono::seconds kCatchUp{60};
constexpr std::chrono::milliseconds kPause{5};
constexpr double kPatienceSeconds = 60;  // a start replays the whole log

bool are_level(const std::vector<LedgerState>& ledgers, std::size_t leader) {
  return std::ranges::all_of(ledgers, [&](const LedgerState& ledger) {
    return ledger.applied == ledgers[leader].accepted;
  });
}

}  // namespace

FailoverGroup::FailoverGroup(std::string directory, const Options& options)
    : directory_(std::move(directory)), options_(options), ports_(free_ports(kReplicas)) {
  for (std::size_t place = 0; place < kReplicas; ++place) {
    workers_.processes.emplace_back(arguments(place));
  }
}

std::vector<std::string> FailoverGroup::arguments(std::size_t place) const {
  std::vector<std::string> words = replica_arguments(directory_, place, ports_);
  const auto add = [&](const char* name, std::uint64_t value) {
    words.emplace_back(name);
    words.push_back(std::to_string(value));
  };
  add("--heartbeat-us", options_.heartbeat_us);
  add("--suspect-us", options_.suspect_us);
  add("--lease-us", options_.lease_us);
  return words;
}

std::vector<LedgerState> FailoverGroup::await_level() {
  const auto deadline = std::chrono::steady_clock::now() + kCatchUp;
  while (std::chrono::steady_clock::now() < deadline) {
    await_leader(workers_);
    std::vector<LedgerState> states = ledgers();
    if (are_level(states, leader())) {
      choose(leader());
      return states;
    }
    std::this_thread::sleep_for(kPause);
  }
  throw std::runtime_error(
      fmt::format("the replicas are not level {} s after the last start", kCatchUp.count()));
}

LedgerState FailoverGroup::ledger(std::size_t place) {
  return ask(workers_.processes[place], {{"ledger", true}}, kPatienceSeconds).get<LedgerState>();
}

std::vector<LedgerState> FailoverGroup::ledgers() {
  std::vector<LedgerState> states;
  for (std::size_t place = 0; place < kReplicas; ++place) states.push_back(ledger(place));
  return states;
}

double FailoverGroup::lease_share(double seconds) {
  return ask(workers_.processes[chosen_], {{"lease_share_s", seconds}}, seconds + kPatienceSeconds)
      .get<double>();
}

bool FailoverGroup::await_same_leader() {
  await_leader(workers_);
  return leader() == chosen_;
}

void FailoverGroup::await_other_leader() {
  const auto deadline = std::chrono::steady_clock::now() + kCatchUp;
  while (await_same_leader()) {
    if (std::chrono::steady_clock::now() < deadline) continue;
    throw std::runtime_error(fmt::format("no other replica led within {} s", kCatchUp.count()));
  }
}

std::int64_t FailoverGroup::hand_over() {
  const auto deadline = std::chrono::steady_clock::now() + kCatchUp;
  std::string problem;
  while (std::chrono::steady_clock::now() < deadline) {
    const std::int64_t now = now_ns();
    problem = ask(workers_.processes[chosen_], {{"hand_over", true}}, kPatienceSeconds)
                  .get<std::string>();
    if (problem.empty()) return now;
  }
  throw std::runtime_error("the leader does not hand over: " + problem);
}

std::int64_t FailoverGroup::kill() {
  const std::int64_t now = now_ns();
  workers_.processes[chosen_].kill();
  away_ = true;
  return now;
}

std::int64_t FailoverGroup::end() {
  const std::int64_t now = now_ns();
  workers_.processes[chosen_].end();
  away_ = true;
  return now;
}

void FailoverGroup::restart() {
  if (!std::exchange(away_, false)) return;
  workers_.processes[chosen_] = Process(arguments(chosen_));
}

void FailoverGroup::await_caught_up() {
  await_leader(workers_);
  const std::uint64_t accepted = ledger(leader()).accepted;
  const auto deadline = std::chrono::steady_clock::now() + kCatchUp;
  while (ledger(chosen_).applied < accepted) {
    if (std::chrono::steady_clock::now() >= deadline) {
      throw std::runtime_error(fmt::format("replica {} has not caught up {} s after its start",
                                           chosen_ + 1, kCatchUp.count()));
    }
    std::this_thread::sleep_for(kPause);
  }
}

std::vector<SessionLoadState> FailoverGroup::ask_others(const SessionLoadRequest& request) {
  std::vector<SessionLoadState> states;
  for (std::size_t place = 0; place < kReplicas; ++place) {
    if (place == chosen_) continue;
    Process& other = workers_.processes[place];
    states.push_back(ask(other, request, kPatienceSeconds).get<SessionLoadState>());
    if (const std::string& problem = states.back().problem; !problem.empty()) {
      throw std::runtime_error(fmt::format("the load at replica {} ended: {}", place + 1, problem));
    }
  }
  return states;
}

}  // namespace decree::bench
