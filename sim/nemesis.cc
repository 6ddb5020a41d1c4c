#include "sim/nemesis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "replica/lease_decree.h"
#include "sim/draw.h"

namespace decree::sim {

namespace {

constexpr Duration kArmedFor = Duration::millis(500);

/// How many operations of a turn go before the one at which the process stops.
std::uint64_t steps_of(Random& random) {
  return random.between(1, random.chance(300'000) ? 400 : 30);
}

}  // namespace

Nemesis::Nemesis(World& world, Crowd& crowd, const Plan& plan, Coverage& coverage)
    : world_(world),
      crowd_(crowd),
      plan_(plan),
      coverage_(coverage),
      random_(Random(plan.seed).fork(30)) {}

void Nemesis::begin() {
  for (const Fault& fault : plan_.faults) {
    if (fault.at >= plan_.active) continue;
    world_.timeline.after(fault.at, [this, fault] {
      if (over_) return;
      if (!fault.when) return fire(fault, fault.replica);
      armed_.push_back({fault, world_.now() + kArmedFor});
    });
  }
}

void Nemesis::look() {
  if (armed_.empty()) return;
  for (std::size_t i = 0; i < armed_.size(); ++i) {
    const Armed each = armed_[i];
    if (world_.now() > each.until || over_) {
      armed_.erase(armed_.begin() + static_cast<std::ptrdiff_t>(i--));
      continue;
    }
    const auto met =
        std::find_if(world_.sites().begin(), world_.sites().end(),
                     [&](const auto& site) { return site->stage() == *each.fault.when; });
    if (met == world_.sites().end()) continue;
    armed_.erase(armed_.begin() + static_cast<std::ptrdiff_t>(i--));
    fire(each.fault, (*met)->id());
  }
}

/// What strikes whom in which stage. Damage counts where it is done: it may be spared.
void Nemesis::count(FaultKind kind, const Site& site) {
  if (kind == FaultKind::rot || kind == FaultKind::wipe || kind == FaultKind::restore) return;
  if (kind != FaultKind::crash_all) {
    const bool opens = kind == FaultKind::crash_opening;
    return coverage_.count(kind, opens ? Stage::opening : site.stage());
  }
  for (const auto& each : world_.sites()) coverage_.count(kind, each->stage());
}

void Nemesis::fire(const Fault& fault, ReplicaId whom) {
  Site& site = world_.site(whom);
  world_.note(whom, fmt::format("[{}] while {}", name_of(fault.kind), name_of(site.stage())));
  const Random random(fault.draw);
  count(fault.kind, site);
  switch (fault.kind) {
    case FaultKind::crash:
    case FaultKind::crash_at_step:
    case FaultKind::crash_opening:
    case FaultKind::restart:
    case FaultKind::pause:
    case FaultKind::pause_at_step:
    case FaultKind::starve:
    case FaultKind::slow_machine:
    case FaultKind::overload:
    case FaultKind::transfer:
    case FaultKind::lease_change:
      return befall_process(fault, site, random);
    case FaultKind::crash_all:
      return crash_all(fault, site, random);
    case FaultKind::isolate:
    case FaultKind::split:
    case FaultKind::one_way:
    case FaultKind::hub:
    case FaultKind::chain:
    case FaultKind::ring:
    case FaultKind::shift:
    case FaultKind::reset:
    case FaultKind::clog:
      return befall_network(fault, site, random);
    case FaultKind::clock_rate:
    case FaultKind::clock_beyond:
    case FaultKind::clock_jump:
    case FaultKind::clock_stands:
      return befall_clock(fault, site, random);
    case FaultKind::disk_slow:
    case FaultKind::disk_stall:
    case FaultKind::disk_full:
    case FaultKind::write_error:
    case FaultKind::read_error:
      return befall_disk(fault, site, random);
    case FaultKind::rot:
    case FaultKind::wipe:
    case FaultKind::restore:
      return damage(fault, site, random);
  }
}

void Nemesis::later(Duration after, std::function<void()> undo) {
  world_.timeline.after(after, [this, undo = std::move(undo)] {
    if (!over_) undo();
  });
}

void Nemesis::restart_after(Duration pause, ReplicaId id) {
  later(pause, [this, id] { world_.start(id); });
}

// --- Processes.

CrashMode Nemesis::crash_mode(Site& site, Random& random) const {
  if (!random.chance(50'000) || !may_damage(site)) return draw_crash_mode(random);
  // What lies where it does not belong may be met much later, by the batch that belongs there.
  site.damaged = true;
  site.mendable = site.sound = false;
  return CrashMode::misdirected;
}

void Nemesis::befall_process(const Fault& fault, Site& site, Random random) {
  const ReplicaId id = site.id();
  switch (fault.kind) {
    case FaultKind::crash:
      site.crash(crash_mode(site, random), random.chance(500'000));
      return restart_after(fault.lasts, id);
    case FaultKind::crash_at_step: {
      const std::uint64_t steps = steps_of(random);
      site.crash_at_step(steps, draw_crash_mode(random));
      return restart_after(fault.lasts + Duration::millis(20), id);
    }
    case FaultKind::crash_opening: {
      site.crash(draw_crash_mode(random), true);
      const std::uint64_t steps = random.between(1, 200);
      site.crash_at_step(steps, draw_crash_mode(random));
      later(Duration::millis(1), [this, id] { world_.start(id); });
      return restart_after(fault.lasts + Duration::millis(2), id);
    }
    case FaultKind::restart:
      site.close();
      return restart_after(fault.lasts + Duration::millis(50), id);
    case FaultKind::pause:
      return site.pause(world_.now() + fault.lasts);
    case FaultKind::pause_at_step:
      return site.pause_at_step(steps_of(random), fault.lasts);
    case FaultKind::starve:
      site.turn_cost = draw_micros(random, 500, 30'000);
      return later(fault.lasts, [this, &site] { site.turn_cost = plan_.turn_cost; });
    case FaultKind::slow_machine:
      site.apply_cost = draw_micros(random, 100, 20'000);
      return later(fault.lasts, [&site] { site.apply_cost = {}; });
    case FaultKind::overload: {
      const bool at_once = !random.chance(500'000);
      const Duration apart = at_once ? Duration{} : draw_micros(random, 0, 299);
      return crowd_.overload(id, random.between(10, 60), apart);
    }
    case FaultKind::lease_change:
      return change_lease_and_strike(fault, site, random);
    default:
      return hand_over(fault, site, random);
  }
}

/// While the change is under way some do not learn of it, or lose what they have.
void Nemesis::change_lease_and_strike(const Fault& fault, Site& site, Random random) {
  LeaseSettings settings = draw_lease_change(random.fork(1));
  if (plan_.theme == LeaseTheme::smaller_rho) settings.clock_rate_error_ppm = kMostRho;
  change_lease(site, settings);
  if (plan_.theme == LeaseTheme::smaller_rho) return;
  if (!plan_.about_leases() && random.chance(500'000)) return;
  constexpr std::array kNext{FaultKind::crash_all, FaultKind::crash_all, FaultKind::isolate,
                             FaultKind::pause};
  Fault next = fault;
  next.kind = kNext.at(random.below(kNext.size()));
  Duration after = draw_micros(random, 0, 30'000);
  if (plan_.theme == LeaseTheme::longer) {  // decided in one write, and durable after another
    next.kind = FaultKind::crash_all;
    after = plan_.disk.latency + draw_up_to(random, plan_.disk.latency);
  }
  if (next.kind == FaultKind::crash_all) next.lasts = draw_micros(random, 100, 5'000);
  next.draw = random.next();
  later(after, [this, next] {
    Site* const leader = world_.leader();
    if (leader != nullptr) fire(next, leader->id());
  });
}

/// A larger bound of the clocks is as safe; a smaller one is refused.
LeaseSettings Nemesis::draw_lease_change(Random random) const {
  LeaseSettings settings = plan_.options.lease();
  const std::uint64_t most_beats = random.chance(300'000) ? 150 : 60;
  settings.lease_us =
      random.chance(150'000) ? 0 : plan_.options.heartbeat_us * random.between(2, most_beats);
  if (plan_.theme != LeaseTheme::any) {
    settings.lease_us = plan_.options.heartbeat_us * random.between(30, 150);
  }
  std::uint32_t& rho = settings.clock_rate_error_ppm;
  if (plan_.theme == LeaseTheme::smaller_rho) return settings;
  if (plan_.about_leases()) {  // to and fro
    if (random.chance(500'000)) rho = kMostRho;
  } else {
    if (random.chance(400'000)) rho = static_cast<std::uint32_t>(random.between(rho, kMostRho));
    if (random.chance(200'000)) rho = static_cast<std::uint32_t>(random.between(1, rho));
  }
  return settings;
}

void Nemesis::change_lease(Site& site, const LeaseSettings& settings) {
  site.post([decree = replica::LeaseDecree{settings}](replica::Engine& engine) {
    const auto bytes = decree.encode();
    detail::SettingsCompletion nobody([](boost::system::error_code) {}, {});
    engine.propose(std::move(nobody), Value{ValueKind::lease_settings, {}, {}, engine.keep(bytes)});
  });
}

/// In order, at once with all that is in flight, or because the program says that it is not
/// healthy.
void Nemesis::hand_over(const Fault& fault, Site& site, Random random) {
  switch (random.between(0, 2)) {
    case 0:
      return site.post([](replica::Engine& engine) { engine.release_leadership(); });
    case 1:
      return site.post([](replica::Engine& engine) { engine.hand_over(); });
    default:
      site.post([](replica::Engine& engine) { engine.report_health(false); });
      return later(fault.lasts, [&site] {
        site.post([](replica::Engine& engine) { engine.report_health(true); });
      });
  }
}

void Nemesis::crash_all(const Fault& fault, Site& site, Random random) {
  // Or all but one, which does not notice: mostly a leader, which may have its lease still. The
  // others need time to elect, which they should not do before that is over.
  const bool spares = plan_.about_leases() || random.chance(400'000);
  Site* const leader = random.chance(700'000) ? world_.leader() : nullptr;
  Site& spared = leader != nullptr ? *leader : site;
  if (spares) {
    const auto lease = static_cast<std::int64_t>(plan_.options.lease_us);
    Fault away;
    away.kind = FaultKind::isolate;
    away.lasts = fault.lasts + Duration::millis(200) + Duration::micros(lease);
    if (random.chance(500'000)) {
      spared.pause(world_.now() + away.lasts);
    } else {
      split(away, spared, random);
    }
  }
  for (const auto& each : world_.sites()) {
    if (spares && each.get() == &spared) continue;
    each->crash(draw_crash_mode(random), true);
    const Duration more = draw_up_to(random, Duration{(spares ? 5'000'000 : 200'000'000) - 1});
    restart_after(fault.lasts + more, each->id());
  }
}

// --- Clocks.

void Nemesis::befall_clock(const Fault& fault, Site& site, Random random) {
  const std::int64_t rho = plan_.lease.at(site.id().value - 1).clock_rate_error_ppm;
  switch (fault.kind) {
    case FaultKind::clock_rate:
      site.clock().set_rate(draw_within(random, rho));
      break;
    case FaultKind::clock_beyond:
      world_.clocks_hold = false;
      site.clock().set_rate(random.chance(500'000) ? rho * 3 : -rho * 3);
      break;
    case FaultKind::clock_jump: {
      world_.clocks_hold = false;
      const Duration by = draw_micros(random, 1'000, 2'000'000);
      site.clock().jump(random.chance(500'000) ? by : Duration{-by.ns});
      break;
    }
    default:
      world_.clocks_hold = false;
      site.pause(world_.now() + fault.lasts);
      site.clock().jump({-fault.lasts.ns});
  }
  site.clock_changed();
}

// --- The end.

std::vector<ReplicaId> Nemesis::relent() {
  over_ = true;
  armed_.clear();
  world_.network.unblock_all();
  std::vector<ReplicaId> core;
  forgive_repaired();
  for (const auto& site : world_.sites()) {
    if (!site->damaged) core.push_back(site->id());
  }
  const std::size_t quorum = world_.sites().size() / 2 + 1;
  // Who is gone for ever may be the one that knew most.
  const auto knows = [this](ReplicaId id) {
    const Site& site = world_.site(id);
    return site.takes_part() ? site.engine()->core().announced() : Slot{};
  };
  std::ranges::sort(core, std::greater<>(), knows);
  if (core.size() > quorum && random_.chance(300'000)) core.erase(core.begin());
  while (core.size() > quorum && random_.chance(500'000)) {
    core.erase(core.begin() + static_cast<std::ptrdiff_t>(random_.below(core.size())));
  }
  for (const auto& site : world_.sites()) {
    // Of the others, too: one that is being opened now may still come.
    site->clock().set_rate(plan_.clock_ppm.at(site->id().value - 1));
    if (site->refused_to_open()) continue;
    if (std::find(core.begin(), core.end(), site->id()) == core.end()) {
      site->crash(CrashMode::some_blocks, random_.chance(500'000));
      continue;
    }
    site->disk_mood = plan_.disk;
    site->turn_cost = plan_.turn_cost;
    site->apply_cost = {};
    site->recover();
  }
  return core;
}

}  // namespace decree::sim
