#include "bench/loaded_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "bench/load.h"

namespace decree::bench {
namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr std::chrono::milliseconds kPause{5};

}  // namespace

LoadedGroup::LoadedGroup(const std::string& directory, const Options& options,
                         std::uint32_t outstanding)
    : group_(directory, options), outstanding_(outstanding) {
  group_.await_level();
}

void LoadedGroup::start(double seconds) {
  const std::int64_t end = now_ns() + static_cast<std::int64_t>(seconds * 1e9);
  group_.ask_others({.sessions = "start", .outstanding = outstanding_});
  await("no write was acknowledged", 0,
        [&](const SessionLoadState& state) { return state.acknowledged > 0 && now_ns() >= end; });
}

std::vector<SessionLoadState> LoadedGroup::await(
    const std::string& what, std::int64_t since_ns,
    const std::function<bool(const SessionLoadState&)>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    std::vector<SessionLoadState> states =
        group_.ask_others({.sessions = "look", .since_ns = since_ns});
    if (std::ranges::all_of(states, holds)) return states;
    std::this_thread::sleep_for(kPause);
  }
  throw std::runtime_error(fmt::format("{} within {} s", what, kPatience.count()));
}

LoadTally LoadedGroup::stop() {
  group_.ask_others({.sessions = "stop"});
  const auto ended = await("writes stayed without an acknowledgement", 0,
                           [](const SessionLoadState& state) { return state.in_flight == 0; });
  LoadTally load;
  for (const SessionLoadState& state : ended) {
    load +=
        {.acknowledged = state.acknowledged, .unknown = state.unknown, .refused = state.refused};
  }
  tally_ += load;
  return load;
}

void LoadedGroup::compare() {
  const std::vector<LedgerState> ledgers = group_.await_level();
  for (const LedgerState& ledger : ledgers) {
    tally_.lost = std::max(tally_.lost, lost_writes(ledger, tally_.acknowledged));
    if (ledger.digest != ledgers.front().digest) {
      throw std::runtime_error(
          fmt::format("the states of the replicas after slot {} differ", ledger.applied));
    }
  }
}

}  // namespace decree::bench
