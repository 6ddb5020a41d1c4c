#include "sim/nemesis.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace decree::sim {

namespace {

constexpr Duration kArmedFor = Duration::millis(500);

CrashMode mode_of(Random& random) { return static_cast<CrashMode>(random.below(kCrashModes)); }

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

void Nemesis::fire(const Fault& fault, ReplicaId whom) {
  Site& site = world_.site(whom);
  world_.note(whom, fmt::format("[{}] while {}", name_of(fault.kind), name_of(site.stage())));
  const Random random(fault.draw);
  const Stage stage = site.stage();
  switch (fault.kind) {
    case FaultKind::crash:
    case FaultKind::crash_at_step:
    case FaultKind::restart:
    case FaultKind::pause:
    case FaultKind::pause_at_step:
    case FaultKind::starve:
    case FaultKind::slow_machine:
    case FaultKind::overload:
    case FaultKind::transfer:
      coverage_.count(fault.kind, stage);
      return befall_process(fault, site, random);
    case FaultKind::crash_all:
      for (const auto& each : world_.sites()) coverage_.count(fault.kind, each->stage());
      return crash_all(fault, site, random);
    case FaultKind::crash_opening:
      coverage_.count(fault.kind, Stage::opening);
      return befall_process(fault, site, random);
    case FaultKind::isolate:
    case FaultKind::split:
    case FaultKind::one_way:
    case FaultKind::hub:
    case FaultKind::chain:
    case FaultKind::ring:
    case FaultKind::reset:
    case FaultKind::clog:
      coverage_.count(fault.kind, stage);
      return befall_network(fault, site, random);
    case FaultKind::clock_rate:
    case FaultKind::clock_beyond:
    case FaultKind::clock_jump:
    case FaultKind::clock_stands:
      coverage_.count(fault.kind, stage);
      return befall_clock(fault, site, random);
    case FaultKind::disk_slow:
    case FaultKind::disk_stall:
    case FaultKind::disk_full:
    case FaultKind::write_error:
    case FaultKind::read_error:
      coverage_.count(fault.kind, stage);
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
  if (!random.chance(50'000) || !may_damage(site)) return mode_of(random);
  site.damaged = true;
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
      site.crash_at_step(steps, mode_of(random));
      return restart_after(fault.lasts + Duration::millis(20), id);
    }
    case FaultKind::crash_opening: {
      site.crash(mode_of(random), true);
      const std::uint64_t steps = random.between(1, 200);
      site.crash_at_step(steps, mode_of(random));
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
      site.turn_cost = Duration::micros(static_cast<std::int64_t>(random.between(500, 30'000)));
      return later(fault.lasts, [this, &site] { site.turn_cost = plan_.turn_cost; });
    case FaultKind::slow_machine:
      site.apply_cost = Duration::micros(static_cast<std::int64_t>(random.between(100, 20'000)));
      return later(fault.lasts, [&site] { site.apply_cost = {}; });
    case FaultKind::overload:
      return crowd_.overload(id, random.between(10, 60),
                             Duration::micros(static_cast<std::int64_t>(
                                 random.chance(500'000) ? random.below(300) : 0)));
    default:
      return site.post([](replica::Engine& engine) { engine.release_leadership(); });
  }
}

void Nemesis::crash_all(const Fault& fault, Site& spared, Random random) {
  // Or all but one, which does not notice: a leader that still has its lease, say.
  const bool spares = random.chance(400'000);
  if (spares) {
    Fault cut;
    cut.kind = FaultKind::isolate;
    cut.lasts = fault.lasts + Duration::millis(200);
    split(cut, spared, random);
  }
  for (const auto& site : world_.sites()) {
    if (spares && site.get() == &spared) continue;
    site->crash(mode_of(random), true);
    const Duration more{static_cast<std::int64_t>(random.below(spares ? 5'000'000 : 200'000'000))};
    restart_after(fault.lasts + more, site->id());
  }
}

// --- The network.

bool Nemesis::passes(FaultKind kind, std::uint32_t from, std::uint32_t to, std::uint32_t centre,
                     const Random& random) const {
  const auto n = static_cast<std::uint32_t>(world_.sites().size());
  const auto side = [&](std::uint32_t id) { return random.fork(id).next() % 2; };
  // Places in a row that begins with the centre.
  const std::uint32_t a = (from + n - centre) % n;
  const std::uint32_t b = (to + n - centre) % n;
  const std::uint32_t distance = a > b ? a - b : b - a;
  switch (kind) {
    case FaultKind::isolate:
      return from != centre && to != centre;
    case FaultKind::split:
      return side(from) == side(to);
    case FaultKind::one_way:
      return from != centre || side(to) == 0;
    case FaultKind::hub:
      return from == centre || to == centre;
    case FaultKind::chain:
      return distance == 1;
    default:
      return distance == 1 || distance == n - 1;
  }
}

void Nemesis::split(const Fault& fault, Site& site, Random random) {
  const auto n = static_cast<std::uint32_t>(world_.sites().size());
  const bool loses = random.chance(500'000);
  std::vector<std::pair<ReplicaId, ReplicaId>> cut;
  for (std::uint32_t from = 1; from <= n; ++from) {
    for (std::uint32_t to = 1; to <= n; ++to) {
      if (from == to || passes(fault.kind, from, to, site.id().value, random)) continue;
      world_.network.block(ReplicaId{from}, ReplicaId{to}, loses);
      cut.emplace_back(ReplicaId{from}, ReplicaId{to});
    }
  }
  later(fault.lasts, [this, cut] {
    for (const auto& [from, to] : cut) world_.network.unblock(from, to);
  });
}

void Nemesis::befall_network(const Fault& fault, Site& site, Random random) {
  const auto n = static_cast<std::uint32_t>(world_.sites().size());
  const ReplicaId id = site.id();
  if (fault.kind == FaultKind::reset) {
    for (std::uint32_t peer = 1; peer <= n; ++peer) {
      if (ReplicaId{peer} == id || random.chance(300'000)) continue;
      world_.network.reset(id, ReplicaId{peer});
      if (random.chance(500'000)) world_.network.reset(ReplicaId{peer}, id);
    }
    return;
  }
  if (fault.kind != FaultKind::clog) return split(fault, site, random);
  const ReplicaId peer{static_cast<std::uint32_t>(random.between(1, n))};
  const Duration delay =
      Duration::micros(static_cast<std::int64_t>(random.between(1'000, 200'000)));
  world_.network.clog(id, peer, delay);
  later(fault.lasts, [this, id, peer] { world_.network.clog(id, peer, {}); });
}

// --- Clocks.

void Nemesis::befall_clock(const Fault& fault, Site& site, Random random) {
  const std::int64_t rho = plan_.options.clock_rate_error_ppm;
  switch (fault.kind) {
    case FaultKind::clock_rate:
      site.clock().set_rate(
          static_cast<std::int64_t>(random.below(2 * static_cast<std::uint64_t>(rho) + 1)) - rho);
      break;
    case FaultKind::clock_beyond:
      world_.clocks_hold = false;
      site.clock().set_rate(random.chance(500'000) ? rho * 3 : -rho * 3);
      break;
    case FaultKind::clock_jump: {
      world_.clocks_hold = false;
      const Duration by =
          Duration::micros(static_cast<std::int64_t>(random.between(1'000, 2'000'000)));
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

// --- Disks.

void Nemesis::befall_disk(const Fault& fault, Site& site, Random random) {
  DiskMood& mood = site.disk_mood;
  switch (fault.kind) {
    case FaultKind::disk_slow:
      mood.latency = Duration::micros(static_cast<std::int64_t>(random.between(1'000, 50'000)));
      return later(fault.lasts, [this, &mood] { mood.latency = plan_.disk.latency; });
    case FaultKind::disk_stall:
      mood.stalled_until = world_.now() + fault.lasts;
      return;
    case FaultKind::disk_full:
      mood.full = true;
      return later(fault.lasts, [&mood] { mood.full = false; });
    case FaultKind::write_error:
      mood.fails_write = true;
      return later(fault.lasts + Duration::millis(20), [this, &site, &mood, random]() mutable {
        mood.fails_write = false;
        if (!site.up() || !site.engine()->has_failed()) return;
        coverage_.count(FaultKind::crash, Stage::failed);
        site.crash(mode_of(random), random.chance(500'000));
        restart_after(Duration::millis(10), site.id());
      });
    default:
      mood.fails_reads = true;
      return later(fault.lasts, [&mood] { mood.fails_reads = false; });
  }
}

bool Nemesis::may_damage(const Site& site) const {
  const auto n = static_cast<std::ptrdiff_t>(world_.sites().size());
  const auto damaged = std::count_if(world_.sites().begin(), world_.sites().end(),
                                     [](const auto& each) { return each->damaged; });
  return site.damaged || damaged < n - (n / 2 + 1);
}

bool Nemesis::is_known_to_all(ReplicaId id) const {
  return std::all_of(world_.sites().begin(), world_.sites().end(), [&](const auto& each) {
    if (each->id() == id || each->damaged) return true;
    // What is quiet and has not failed has its records on the disk.
    return world_.network.has_met(each->id(), id) && !each->engine()->has_failed() &&
           each->engine()->log_is_quiet();
  });
}

void Nemesis::damage(const Fault& fault, Site& site, Random random) {
  const ReplicaId id = site.id();
  if (fault.kind == FaultKind::restore) {
    return later(fault.lasts, [this, id, copy = site.files(), lasts = fault.lasts] {
      restore(id, copy, lasts);
    });
  }
  if (!may_damage(site)) return;
  if (fault.kind == FaultKind::wipe && !is_known_to_all(id)) return;
  site.damaged = true;
  site.crash(mode_of(random), random.chance(500'000));
  coverage_.count(fault.kind, site.stage());
  switch (fault.kind) {
    case FaultKind::rot:
      for (std::uint64_t blocks = random.between(1, 3); blocks > 0; --blocks) {
        site.files().rot(random.chance(900'000) ? "segment-" : "", random);
      }
      break;
    default:
      site.files() = Files{};
      world_.witness.excuse(id);
  }
  restart_after(fault.lasts, id);
}

void Nemesis::restore(ReplicaId id, const Files& copy, Duration lasts) {
  Site& site = world_.site(id);
  if (!may_damage(site) || !site.up()) return;
  const auto leads = [&](const auto& each) {
    return each->up() && each->id() != id && each->engine()->core().leader() != nullptr;
  };
  const auto leader = std::find_if(world_.sites().begin(), world_.sites().end(), leads);
  if (leader == world_.sites().end()) return;
  const ReplicaId remembers = (*leader)->id();
  const paxos::Leader& leadership = *(*leader)->engine()->core().leader();
  const Slot told = leadership.accepted_by(id);
  if (told < leadership.first()) return;  // nothing yet under this ballot

  coverage_.count(FaultKind::restore, site.stage());
  site.damaged = true;
  world_.witness.excuse(id);
  site.crash(CrashMode::everything, false);
  site.files() = copy;
  for (const auto& each : world_.sites()) {
    if (each->id() != id && each->id() != remembers) world_.network.seal(id, each->id());
  }
  world_.start(id);
  if (!site.up() || site.engine()->introduce().log_end >= told) return site.retire();
  world_.note(id, "has an old copy of its directory");
  watch_restored(id, remembers, (*leader)->life(), world_.now() + lasts);
}

void Nemesis::watch_restored(ReplicaId id, ReplicaId leader, Life life, Time until) {
  Site& peer = world_.site(leader);
  const bool leads = peer.life() == life && peer.engine()->core().leader() != nullptr;
  if (!leads || over_ || world_.now() >= until) return world_.site(id).retire();
  if (world_.network.reaches(id, leader) || world_.network.reaches(leader, id)) {
    world_.verdict.fail(
        fmt::format("replica {} lets in an old copy of replica {}", leader.value, id.value));
  }
  world_.timeline.after(Duration::millis(2),
                        [=, this] { watch_restored(id, leader, life, until); });
}

// --- The end.

std::vector<ReplicaId> Nemesis::relent() {
  over_ = true;
  armed_.clear();
  world_.network.unblock_all();
  std::vector<ReplicaId> core;
  for (const auto& site : world_.sites()) {
    if (!site->damaged) core.push_back(site->id());
  }
  const std::size_t quorum = world_.sites().size() / 2 + 1;
  while (core.size() > quorum && random_.chance(500'000)) {
    core.erase(core.begin() + static_cast<std::ptrdiff_t>(random_.below(core.size())));
  }
  for (const auto& site : world_.sites()) {
    if (site->refused_to_open()) continue;
    if (std::find(core.begin(), core.end(), site->id()) == core.end()) {
      site->crash(CrashMode::some_blocks, random_.chance(500'000));
      continue;
    }
    site->disk_mood = plan_.disk;
    site->turn_cost = plan_.turn_cost;
    site->apply_cost = {};
    site->clock().set_rate(plan_.clock_ppm.at(site->id().value - 1));
    site->recover();
  }
  return core;
}

}  // namespace decree::sim
