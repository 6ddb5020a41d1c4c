#include "sim/world.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "sim/describe.h"

namespace decree::sim {

namespace {

constexpr Duration kStateInterval = Duration::millis(50);
constexpr Duration kRetryOpening = Duration::millis(200);
constexpr Duration kNotInARun = Duration::millis(24 * 3600 * 1000);

replica::ScrubPace pace_of(const Plan& plan) {
  return {Duration{}, plan.scrubs() ? plan.scrub_pause : kNotInARun};
}

}  // namespace

World::World(const Plan& plan, const Subject& subject, Trace& trace_to)
    : chronicle(subject, verdict),
      witness(plan.replicas, verdict),
      network(timeline, *this, plan.replicas, Random(plan.seed).fork(10)),
      trace(trace_to),
      surroundings_{timeline,
                    network,
                    chronicle,
                    verdict,
                    subject,
                    [this](Time until) { run_until(until); },
                    [this](ReplicaId id, const std::string& line) { note(id, line); },
                    [this](ReplicaId id, Life life) { calls_lost(id, life); }} {
  network.mood = plan.network;
  Random random = Random(plan.seed).fork(11);
  for (std::uint32_t id = 1; id <= plan.replicas; ++id) {
    Options options = plan.options;
    options.id = ReplicaId{id};
    options.priority = static_cast<std::uint32_t>(random.below(3));
    options.lease_us = plan.lease.at(id - 1).lease_us;
    options.clock_rate_error_ppm = plan.lease.at(id - 1).clock_rate_error_ppm;
    sites_.push_back(
        std::make_unique<Site>(ReplicaId{id}, options, surroundings_, random.fork(id)));
    sites_.back()->disk_mood = plan.disk;
    sites_.back()->scrub_pace = pace_of(plan);
    sites_.back()->turn_cost = plan.turn_cost;
    sites_.back()->clock().set_rate(plan.clock_ppm.at(id - 1));
  }
}

World::~World() = default;

void World::note(ReplicaId at, const std::string& line) {
  trace.event(now(), at, XXH3_64bits(line.data(), line.size()));
  if (trace.keeps_text()) trace.text(now(), at, line);
}

void World::start(ReplicaId id) {
  Site& each = site(id);
  if (each.up() || each.refused_to_open()) return;
  each.start();
  note(id, each.up() ? fmt::format("starts, promised {}, log end {}",
                                   sim::describe(each.engine()->core().promised()),
                                   each.engine()->core().log_end().value)
                     : std::string("does not start"));
  if (!each.up() && !each.refused_to_open())
    timeline.after(kRetryOpening, [this, id] { start(id); });
}

Site* World::leader(ReplicaId besides) {
  const auto leads = [besides](const auto& each) {
    return each->up() && each->id() != besides && each->engine()->core().leader() != nullptr;
  };
  const auto found = std::find_if(sites_.begin(), sites_.end(), leads);
  return found == sites_.end() ? nullptr : found->get();
}

// --- Time.

void World::run_until(Time end) {
  while (!verdict.failed() && step(end)) {
  }
  if (!verdict.failed()) timeline.advance(end);
}

bool World::run_until(Time end, const std::function<bool()>& condition) {
  while (!condition()) {
    if (verdict.failed() || now() >= end) return false;
    run_until(std::min(end, now() + Duration::millis(5)));
  }
  return true;
}

bool World::step(Time end) {
  Site* next = nullptr;
  Time when = timeline.next();
  for (const auto& each : sites_) {
    const Time wake = each->wake();
    if (wake >= when) continue;
    when = wake;
    next = each.get();
  }
  if (when > end) return false;
  if (next == nullptr) {
    timeline.run_next();
  } else {
    timeline.advance(when);
    trace.event(when, next->id(), 1);
    next->run();
  }
  check();
  return true;
}

void World::check() {
  if (after_event) after_event();
  if (clocks_hold) check_leases();
  if (now() < check_states_at_) return;
  check_states_at_ = now() + kStateInterval;
  for (const auto& each : sites_) each->check_state();
}

/// Who holds a lease has announced, so there are no two of them either.
void World::check_leases() {
  for (const auto& holder : sites_) {
    if (!holder->holds_lease()) continue;
    const paxos::Core& core = holder->engine()->core();
    // It keeps the lease while it prepares again.
    const Ballot held = core.leader() != nullptr ? core.leader()->ballot() : core.promised();
    for (const auto& other : sites_) {
      if (!other->announces() || other->engine()->core().leader()->ballot() <= held) continue;
      verdict.fail(fmt::format("replica {} announces while replica {} holds a lease",
                               other->id().value, holder->id().value));
    }
  }
}

// --- The network reaches the replicas.

Life World::life(ReplicaId id) const { return sites_.at(id.value - 1)->life(); }

void World::arrive_frame(ReplicaId at, ReplicaId from, const Payload& frame) {
  site(at).arrive_frame(from, frame);
}

void World::post(ReplicaId at, std::function<void(transport::NetworkEvents&)> task) {
  site(at).post([task = std::move(task)](replica::Engine& engine) { task(engine); });
}

void World::sent(ReplicaId from, ReplicaId to, const Payload& frame) {
  trace.event(now(), from, XXH3_64bits(frame.view.data(), frame.view.size()));
  std::string_view problem;
  const Message* message = decoder_.decode(frame, problem);
  if (message == nullptr) {
    verdict.fail(fmt::format("replica {} sends what cannot be read: {}", from.value, problem));
    return;
  }
  const replica::Engine& engine = *site(from).engine();
  witness.sent(from, engine.identity().start, engine.core().applied(), *message);
  if (trace.keeps_text()) {
    trace.text(now(), from, fmt::format("to {}: {}", to.value, sim::describe(*message)));
  }
}

}  // namespace decree::sim
