#include "sim/elections/scenario.h"

#include <algorithm>

#include "sim/draw.h"

namespace decree::sim::elections {
namespace {

constexpr std::int64_t kSettling = 40;  // timeouts before the fault
constexpr std::int64_t kWatched = 100;  // and behind it
constexpr std::int64_t kStable = 10;
constexpr std::int64_t kCounted = 10;  // the last ones, in which messages are counted

ReplicaId other_than(const Group& group, ReplicaId id, Random& random) {
  std::vector<ReplicaId> others;
  for (const ReplicaId each : group.voters()) {
    if (each != id) others.push_back(each);
  }
  return others[random.below(others.size())];
}

int crash(Group& group, bool closed) {
  group.kill(group.serving(), closed);
  return 1;
}

/// A follower that was alone for a while comes back.
int rejoin(Group& group, Random& random) {
  const ReplicaId away = other_than(group, group.serving(), random);
  group.isolate(away);
  group.run(group.now() + kTimeout * 20, [] {});
  group.heal();
  return 0;
}

int restart_follower(Group& group, Random& random) {
  const ReplicaId away = other_than(group, group.serving(), random);
  group.kill(away, true);
  group.run(group.now() + kTimeout * 20, [] {});
  group.start(away);
  return 0;
}

/// Only one that does not lead is connected to a quorum.
int lose_quorum(Group& group, Random& random) {
  group.make_hub(other_than(group, group.serving(), random));
  return 1;
}

/// The same, the leader is alone, and what the one has not got is not chosen.
int constrain(Group& group, Random& /*random*/) {
  const ReplicaId leader = group.serving();
  group.make_hub(ReplicaId{1});
  group.isolate(leader);
  return 1;
}

/// Of three, the leader and one other see each other only through the third. None is needed.
int chain(Group& group, Random& random) {
  const ReplicaId leader = group.serving();
  group.cut_both(leader, other_than(group, leader, random));
  return 0;
}

int cut_one_way(Group& group, Random& random) {
  const ReplicaId leader = group.serving();
  group.cut(leader, other_than(group, leader, random));
  return 0;
}

/// All hear the leader, and it hears nobody.
int deafen(Group& group, Random& /*random*/) {
  const ReplicaId leader = group.serving();
  for (const ReplicaId each : group.voters()) {
    if (each != leader) group.cut(each, leader);
  }
  return 1;
}

int nothing(Group& /*group*/, Random& /*random*/) { return 0; }

/// Each gets no processor now and then, mostly for less than a timeout, half a timeout apart.
void starve(Group& group, Random& random) {
  for (const ReplicaId each : group.voters()) {
    if (random.chance(100'000)) group.pause(each, draw_up_to(random, kTimeout));
  }
}

/// Watches who serves.
class Watch {
 public:
  explicit Watch(Group& group) : group_(group), since_(group.now()), who_(group.serving()) {}

  void look() {
    const ReplicaId who = group_.serving();
    if (who == who_) return;
    settle();
    if (who && last_ && who != last_) ++changes_;
    if (who) last_ = who;
    who_ = who;
    since_ = group_.now();
  }
  /// When the first one began that was stable; never if there was none.
  [[nodiscard]] Time stable_since() {
    settle();
    return stable_since_;
  }
  [[nodiscard]] int changes() const { return changes_; }

 private:
  void settle() {
    const bool stable = who_ && group_.now() - since_ >= kTimeout * kStable;
    if (stable) stable_since_ = std::min(stable_since_, since_);
  }

  Group& group_;
  Time since_;
  ReplicaId who_;
  ReplicaId last_ = who_;
  Time stable_since_ = kNever;
  int changes_ = 0;
};

double in_timeouts(Duration span) {
  return static_cast<double>(span.ns) / static_cast<double>(kTimeout.ns);
}

void watch_for(Group& group, Watch& watch, const Scenario& scenario, Random& random,
               std::int64_t timeouts) {
  for (std::int64_t half = 0; half < 2 * timeouts; ++half) {
    if (scenario.meanwhile) scenario.meanwhile(group, random);
    group.run(group.now() + Duration{kTimeout.ns / 2}, [&] { watch.look(); });
  }
}

/// Until somebody leads. One that is behind comes when the others have a leader.
void settle(Group& group, bool first_is_behind) {
  const auto idle = [] {};
  for (const ReplicaId id : group.voters()) {
    if (!first_is_behind || id != ReplicaId{1}) group.start(id);
  }
  const auto settle_on = [&] {
    group.run(group.now() + kTimeout * kSettling, idle);
    for (int i = 0; i < 1000 && !group.serving(); ++i) group.run(group.now() + kHeartbeat, idle);
  };
  settle_on();
  if (!first_is_behind) return;
  group.start(ReplicaId{1});
  settle_on();
}

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all{
      {.name = "all start", .fault = nothing, .from_start = true},
      {.name = "leader crashes", .fault = [](Group& g, Random&) { return crash(g, true); }},
      {.name = "leader's machine vanishes",
       .fault = [](Group& g, Random&) { return crash(g, false); }},
      {.name = "follower was cut off", .fault = rejoin},
      {.name = "follower restarts", .fault = restart_follower},
      {.name = "hub", .replicas = 5, .fault = lose_quorum},
      {.name = "constrained", .replicas = 5, .fault = constrain, .first_is_behind = true},
      {.name = "chain", .replicas = 3, .fault = chain},
      {.name = "one-way link", .replicas = 3, .fault = cut_one_way},
      {.name = "leader hears nobody", .replicas = 5, .fault = deafen},
      {.name = "starved of processors", .fault = nothing, .meanwhile = starve},
      {.name = "heavy-tailed delays", .fault = nothing, .heavy_tail = true}};
  return all;
}

Outcome run(const Scenario& scenario, const MakeDetector& make, std::uint64_t seed) {
  Random random = Random(seed).fork(1'000);
  const std::size_t size = scenario.replicas != 0 ? scenario.replicas : 3 + 2 * random.below(2);
  Group group(size, make, seed, scenario.heavy_tail, scenario.first_is_behind);
  if (scenario.from_start) {
    group.start_all();
  } else {
    settle(group, scenario.first_is_behind);
  }
  Outcome outcome;
  if (!scenario.from_start && !group.serving()) return outcome;
  const Time begun = group.now();
  Watch watch(group);
  const int needed = scenario.fault(group, random);
  const Time fault = needed == 0 && !scenario.from_start ? begun : group.now();
  watch.look();
  watch_for(group, watch, scenario, random, kWatched - kCounted);
  const std::uint64_t before = group.sent();
  watch_for(group, watch, scenario, random, kCounted);
  outcome.messages_per_s = static_cast<double>(group.sent() - before) * 1e9 /
                           static_cast<double>((kTimeout * kCounted).ns);
  const Time since = watch.stable_since();
  if (since != kNever) outcome.timeouts = std::max(0.0, in_timeouts(since - fault));
  const double watched = in_timeouts(group.now() - begun);
  outcome.changes = std::max(0, watch.changes() - needed) * 1'000 / watched;
  return outcome;
}

}  // namespace decree::sim::elections
