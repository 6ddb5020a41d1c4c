#include "bench/hand_over_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <functional>

#include "bench/load.h"
#include "bench/spread.h"

namespace decree::bench {
namespace {

using States = std::vector<SessionLoadState>;

constexpr std::size_t kReplicas = 3;
constexpr double kCalmSeconds = 0.02;

double longest_gap_ms(const States& loads) {
  std::int64_t gap = 0;
  for (const SessionLoadState& load : loads) gap = std::max(gap, load.longest_gap_ns);
  return static_cast<double>(gap) / 1e6;
}

class Changer {
 public:
  Changer(const HandOverSettings& settings, const std::string& directory)
      : settings_(settings), loaded_(directory, settings.options, settings.outstanding) {}

  std::vector<PauseRun> run();

 private:
  void hand_over();
  void restart(std::size_t place);
  void under_load(PauseRun& run, const std::function<std::int64_t()>& change);
  States await_writes(std::int64_t since_ns);

  const HandOverSettings& settings_;
  LoadedGroup loaded_;
  PauseRun hand_overs_{.event = "hand-over", .pauses_ms = {}, .load = {}};
  PauseRun of_leaders_{.event = "restart of the leader", .pauses_ms = {}, .load = {}};
  PauseRun of_followers_{.event = "restart of a follower", .pauses_ms = {}, .load = {}};
  std::vector<double> calm_ms_;
};

std::vector<PauseRun> Changer::run() {
  for (std::size_t i = 0; i < settings_.hand_overs; ++i) hand_over();
  for (std::size_t i = 0; i < settings_.rolling_restarts * kReplicas; ++i) restart(i % kReplicas);
  std::vector<PauseRun> runs;
  for (PauseRun* run : {&hand_overs_, &of_leaders_, &of_followers_}) {
    if (run->pauses_ms.empty()) continue;
    run->calm_ms = spread_of(calm_ms_).median;
    runs.push_back(*run);
  }
  return runs;
}

void Changer::hand_over() {
  FailoverGroup& group = loaded_.group();
  under_load(hand_overs_, [&] {
    const std::int64_t asked_ns = group.hand_over();
    group.await_other_leader();
    return asked_ns;
  });
}

void Changer::restart(std::size_t place) {
  FailoverGroup& group = loaded_.group();
  PauseRun& run = place == group.leader() ? of_leaders_ : of_followers_;
  group.choose(place);
  under_load(run, [&] {
    const std::int64_t ended_ns = group.end();
    group.restart();
    group.await_caught_up();
    return ended_ns;
  });
}

/// A pause is looked for until writes that came after the change are acknowledged.
void Changer::under_load(PauseRun& run, const std::function<std::int64_t()>& change) {
  loaded_.start(settings_.load_seconds);
  const auto calm = static_cast<std::int64_t>(kCalmSeconds * 1e9);
  calm_ms_.push_back(longest_gap_ms(await_writes(now_ns() - calm)));
  const std::int64_t since_ns = change();
  run.pauses_ms.push_back(longest_gap_ms(await_writes(since_ns)));
  fmt::print(stderr, "{} {}: {:.3f} ms\n", run.event, run.pauses_ms.size(), run.pauses_ms.back());
  run.load += loaded_.stop();
  loaded_.compare();
  run.load.lost = loaded_.tally().lost;
}

States Changer::await_writes(std::int64_t since_ns) {
  return loaded_.await("no write was acknowledged", since_ns,
                       [](const SessionLoadState& state) { return state.next_ns != 0; });
}

}  // namespace

std::vector<PauseRun> run_hand_overs(const HandOverSettings& settings,
                                     const std::string& directory) {
  return Changer(settings, directory).run();
}

}  // namespace decree::bench
