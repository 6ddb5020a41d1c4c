// The faults of disks, and what becomes of directories.
#include <fmt/format.h>

#include <algorithm>

#include "sim/draw.h"
#include "sim/nemesis.h"

namespace decree::sim {

void Nemesis::befall_disk(const Fault& fault, Site& site, Random random) {
  DiskMood& mood = site.disk_mood;
  switch (fault.kind) {
    case FaultKind::disk_slow:
      mood.latency = draw_micros(random, 1'000, 50'000);
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
        site.crash(draw_crash_mode(random), random.chance(500'000));
        restart_after(Duration::millis(10), site.id());
      });
    default:
      mood.fails_reads = true;
      site.sound = false;
      return later(fault.lasts, [&mood] { mood.fails_reads = false; });
  }
}

void Nemesis::forgive_repaired() const {
  for (const auto& site : world_.sites()) {
    if (!site->mendable || !site->takes_part() || site->engine()->core().is_damaged()) continue;
    site->damaged = site->mendable = false;
  }
}

bool Nemesis::may_damage(const Site& site) const {
  forgive_repaired();
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
  // What rots under a replica that runs may never be found, and then nobody can tell it is mended.
  const bool runs_on = fault.kind == FaultKind::rot && plan_.scrubs() && random.chance(500'000);
  site.mendable = fault.kind == FaultKind::rot && site.damaged == site.mendable && !runs_on;
  site.damaged = true;
  site.sound = false;
  if (!runs_on) site.crash(draw_crash_mode(random), random.chance(500'000));
  coverage_.count(fault.kind, site.stage());
  switch (fault.kind) {
    case FaultKind::rot:
      for (std::uint64_t blocks = random.between(1, 3); blocks > 0; --blocks) {
        site.files().rot(random.chance(900'000) ? "segment-" : "", random);
      }
      if (random.chance(300'000)) take_leader_away(fault, id, random);
      break;
    default:
      site.files() = Files{};
      world_.witness.excuse(id);
  }
  restart_after(fault.lasts, id);
}

/// What was chosen by it and the one whose copy has rotted may be known to nobody else.
void Nemesis::take_leader_away(const Fault& fault, ReplicaId damaged, Random random) {
  Site* const leader = world_.leader(damaged);
  if (leader == nullptr) return;
  Fault away;
  away.kind = FaultKind::isolate;
  away.lasts = fault.lasts + Duration::millis(500);
  split(away, *leader, random);
}

void Nemesis::restore(ReplicaId id, const Files& copy, Duration lasts) {
  Site& site = world_.site(id);
  if (!may_damage(site) || !site.up()) return;
  const Site* remembers = world_.leader(id);
  if (remembers == nullptr) return;
  const paxos::Leader& leadership = *remembers->engine()->core().leader();
  const Slot told = leadership.accepted_by(id);
  if (told < leadership.first()) return;  // nothing yet under this ballot

  coverage_.count(FaultKind::restore, site.stage());
  site.damaged = true;
  site.mendable = site.sound = false;
  world_.witness.excuse(id);
  site.crash(CrashMode::everything, false);
  site.files() = copy;
  for (const auto& each : world_.sites()) {
    if (each.get() != &site && each.get() != remembers) world_.network.seal(id, each->id());
  }
  world_.start(id);
  if (!site.up() || site.engine()->introduce().log_end >= told) return site.retire();
  world_.note(id, "has an old copy of its directory");
  watch_restored(id, remembers->id(), remembers->life(), world_.now() + lasts);
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

}  // namespace decree::sim
