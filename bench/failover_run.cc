#include "bench/failover_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <thread>

#include "bench/failover_group.h"
#include "bench/load.h"

namespace decree::bench {
namespace {

using States = std::vector<SessionLoadState>;

constexpr std::chrono::seconds kPatience{30};
constexpr std::chrono::milliseconds kPause{5};
constexpr int kAttempts = 10;

/// The group of one setting, and its kills so far.
class Killer {
 public:
  Killer(const FailoverSettings& settings, const std::string& directory)
      : settings_(settings), group_(directory, settings.options) {
    run_.settings = settings.name;
    run_.options = settings.options;
    group_.await_level();
    run_.leased = group_.lease_share(settings.idle_seconds);
  }

  FailoverRun run();

 private:
  void add(const Kill& kill);
  std::optional<Kill> kill_once();
  std::optional<Kill> kill_under_load();
  void load_before_kill();
  void end_load();
  States await(const SessionLoadRequest& request, const std::string& what,
               const std::function<bool(const SessionLoadState&)>& holds);
  void compare_ledgers();

  const FailoverSettings& settings_;
  FailoverGroup group_;
  FailoverRun run_;
};

FailoverRun Killer::run() {
  int in_vain = 0;
  while (run_.kills.size() < settings_.kills) {
    if (const auto kill = kill_once()) {
      in_vain = 0;
      add(*kill);
      continue;
    }
    ++run_.moved;
    fmt::print(stderr, "  a kill does not count: the leader had moved before it; once more\n");
    if (++in_vain < kAttempts) continue;
    throw std::runtime_error(
        fmt::format("the leader moved {} times in a row before it was killed", kAttempts));
  }
  return run_;
}

void Killer::add(const Kill& kill) {
  run_.kills.push_back(kill);
  fmt::print(stderr, "{}, kill {} of {}: {:.1f} ms, the floor is {:.1f} ms\n", settings_.name,
             run_.kills.size(), settings_.kills, kill.ms, kill.floor_ms);
  if (kill.ms >= kill.floor_ms) return;
  throw std::runtime_error(
      fmt::format("a write was acknowledged {} ms after the kill, before the dead leader's lease "
                  "was over at {} ms",
                  kill.ms, kill.floor_ms));
}

std::optional<Kill> Killer::kill_once() {
  load_before_kill();
  const std::optional<Kill> kill = group_.await_same_leader() ? kill_under_load() : std::nullopt;
  end_load();
  group_.restart_killed();
  compare_ledgers();
  return kill;
}

/// A replica that was started listens for five suspicions before it helps to elect.
void Killer::load_before_kill() {
  const double listening = 5 * static_cast<double>(settings_.options.suspect_us) / 1e6;
  const double seconds = std::max(settings_.load_seconds, listening);
  const std::int64_t end = now_ns() + static_cast<std::int64_t>(seconds * 1e9);
  group_.ask_followers({.sessions = "start", .outstanding = settings_.outstanding});
  await({.sessions = "look"}, "no write was acknowledged",
        [&](const SessionLoadState& state) { return state.acknowledged > 0 && now_ns() >= end; });
}

std::optional<Kill> Killer::kill_under_load() {
  const std::int64_t killed_ns = group_.kill_leader();
  const std::int64_t gone_ns = now_ns();
  const States survivors =
      await({.sessions = "look", .since_ns = killed_ns}, "no write was acknowledged after a kill",
            [](const SessionLoadState& state) { return state.next_ns != 0; });
  return kill_of(survivors, killed_ns, gone_ns, settings_.options.lease_us);
}

void Killer::end_load() {
  group_.ask_followers({.sessions = "stop"});
  const States ended = await({.sessions = "look"}, "writes stayed without an acknowledgement",
                             [](const SessionLoadState& state) { return state.in_flight == 0; });
  for (const SessionLoadState& state : ended) {
    run_.acknowledged += state.acknowledged;
    run_.unknown += state.unknown;
  }
}

States Killer::await(const SessionLoadRequest& request, const std::string& what,
                     const std::function<bool(const SessionLoadState&)>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    States states = group_.ask_followers(request);
    if (std::ranges::all_of(states, holds)) return states;
    std::this_thread::sleep_for(kPause);
  }
  throw std::runtime_error(fmt::format("{} within {} s", what, kPatience.count()));
}

void Killer::compare_ledgers() {
  const std::vector<LedgerState> ledgers = group_.await_level();
  for (const LedgerState& ledger : ledgers) {
    run_.lost = std::max(run_.lost, lost_writes(ledger, run_.acknowledged));
    if (ledger.digest != ledgers.front().digest) {
      throw std::runtime_error(
          fmt::format("the states of the replicas after slot {} differ", ledger.applied));
    }
  }
}

}  // namespace

FailoverRun run_failover(const FailoverSettings& settings, const std::string& directory) {
  return Killer(settings, directory).run();
}

}  // namespace decree::bench
