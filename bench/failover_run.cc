#include "bench/failover_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <stdexcept>

#include "bench/load.h"
#include "bench/loaded_group.h"

namespace decree::bench {
namespace {

constexpr int kAttempts = 10;

/// The group of one setting, and its kills so far.
class Killer {
 public:
  Killer(const FailoverSettings& settings, const std::string& directory)
      : settings_(settings), loaded_(directory, settings.options, settings.outstanding) {
    run_.settings = settings.name;
    run_.options = settings.options;
    run_.leased = loaded_.group().lease_share(settings.idle_seconds);
  }

  FailoverRun run();

 private:
  void add(const Kill& kill);
  std::optional<Kill> kill_once();
  std::optional<Kill> kill_under_load();

  const FailoverSettings& settings_;
  LoadedGroup loaded_;
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
  run_.acknowledged = loaded_.tally().acknowledged;
  run_.unknown = loaded_.tally().unknown;
  run_.lost = loaded_.tally().lost;
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
  // A replica that was started listens for five suspicions before it helps to elect.
  const double listening = 5 * static_cast<double>(settings_.options.suspect_us) / 1e6;
  loaded_.start(std::max(settings_.load_seconds, listening));
  const bool same = loaded_.group().await_same_leader();
  const std::optional<Kill> kill = same ? kill_under_load() : std::nullopt;
  loaded_.stop();
  loaded_.group().restart();
  loaded_.compare();
  return kill;
}

std::optional<Kill> Killer::kill_under_load() {
  const std::int64_t killed_ns = loaded_.group().kill();
  const std::int64_t gone_ns = now_ns();
  const auto survivors =
      loaded_.await("no write was acknowledged after a kill", killed_ns,
                    [](const SessionLoadState& state) { return state.next_ns != 0; });
  return kill_of(survivors, killed_ns, gone_ns, settings_.options.lease_us);
}

}  // namespace

FailoverRun run_failover(const FailoverSettings& settings, const std::string& directory) {
  return Killer(settings, directory).run();
}

}  // namespace decree::bench
