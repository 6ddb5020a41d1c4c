#include "sim/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sim/draw.h"

namespace decree::sim {

namespace {

constexpr std::array<const char*, kFaultKinds> kFaultNames{"crash",
                                                           "crash at a step",
                                                           "crash while opening",
                                                           "crash of all",
                                                           "restart",
                                                           "pause",
                                                           "pause at a step",
                                                           "starve",
                                                           "isolate",
                                                           "split",
                                                           "one way",
                                                           "hub",
                                                           "chain",
                                                           "ring",
                                                           "shift",
                                                           "reset",
                                                           "clog",
                                                           "clock rate",
                                                           "clock beyond rho",
                                                           "clock jump",
                                                           "clock stands",
                                                           "disk slow",
                                                           "disk stall",
                                                           "disk full",
                                                           "write error",
                                                           "read error",
                                                           "rot",
                                                           "wipe",
                                                           "restore",
                                                           "slow machine",
                                                           "overload",
                                                           "transfer",
                                                           "lease change"};

/// How often each kind is drawn, in the order of the kinds.
constexpr std::array<std::uint32_t, kFaultKinds> kWeights{10, 14, 5, 5, 5, 8, 12, 3, 8, 9, 6,
                                                          4,  3,  3, 5, 8, 5, 5,  1, 1, 1, 4,
                                                          5,  3,  4, 2, 3, 1, 3,  3, 4, 6, 3};

constexpr std::array kAimedAt{Stage::campaigning, Stage::waiting, Stage::leading,
                              Stage::leasing,     Stage::writing, Stage::catching_up};

/// Half of the time nothing, else up to `most`, small values as likely as large ones.
std::uint64_t rate(Random& random, std::uint64_t most) {
  if (random.chance(500'000)) return 0;
  std::uint64_t value = most;
  for (std::uint64_t halvings = random.below(8); halvings > 0; --halvings) value /= 2;
  return value;
}

Duration length_of(FaultKind kind, Random& random) {
  switch (kind) {
    case FaultKind::pause_at_step:
    case FaultKind::pause:
    case FaultKind::clock_stands:
      return draw_micros(random, 1'000, random.chance(300'000) ? 2'000'000 : 300'000);
    case FaultKind::crash_all:
    case FaultKind::crash:
    case FaultKind::crash_at_step:
    case FaultKind::restart:
      return draw_micros(random, 100, random.chance(500'000) ? 1'000'000 : 50'000);
    default:
      return draw_micros(random, 1'000, random.chance(500'000) ? 1'500'000 : 200'000);
  }
}

FaultKind draw_kind(Random& random) {
  std::uint32_t total = 0;
  for (const std::uint32_t weight : kWeights) total += weight;
  std::uint64_t left = random.below(total);
  for (std::size_t kind = 0; kind < kFaultKinds; ++kind) {
    if (left < kWeights.at(kind)) return static_cast<FaultKind>(kind);
    left -= kWeights.at(kind);
  }
  return FaultKind::crash;
}

std::vector<Fault> draw_faults(Random random, const Plan& plan) {
  // Some seeds are calm and some vicious: from none to one each 30 ms.
  constexpr std::array<std::uint64_t, 8> kEachMs{0, 1000, 300, 150, 100, 70, 50, 30};
  const std::uint64_t each_ms = kEachMs.at(random.below(kEachMs.size()));
  const std::uint64_t count =
      each_ms == 0 ? 0 : static_cast<std::uint64_t>(plan.active.ns) / 1'000'000 / each_ms + 1;
  // A third of the runs know a few kinds only, so that these meet each other undisturbed (Groce et
  // al., "Swarm Testing", ISSTA 2012).
  std::vector<FaultKind> kinds(random.chance(333'333) ? random.between(1, 3) : 0);
  for (FaultKind& kind : kinds) kind = draw_kind(random);
  std::vector<Fault> faults;
  for (std::uint64_t i = 0; i < count; ++i) {
    Fault fault;
    fault.kind = kinds.empty() ? draw_kind(random) : kinds.at(random.below(kinds.size()));
    fault.at = {
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(plan.active.ns)))};
    fault.lasts = length_of(fault.kind, random);
    fault.replica = ReplicaId{static_cast<std::uint32_t>(random.between(1, plan.replicas))};
    if (random.chance(500'000)) fault.when = kAimedAt.at(random.below(kAimedAt.size()));
    fault.draw = random.next();
    faults.push_back(fault);
  }
  std::sort(faults.begin(), faults.end(),
            [](const Fault& a, const Fault& b) { return a.at < b.at; });
  return faults;
}

/// The holder of a lease is cut off or alone for longer than the lease lasts, and once more when
/// the others have had time for the next one; what the group has decided on changes in between.
std::vector<Fault> draw_lease_faults(Random random, const Plan& plan) {
  constexpr std::array kKinds{FaultKind::isolate,      FaultKind::pause,
                              FaultKind::shift,        FaultKind::crash_all,
                              FaultKind::lease_change, FaultKind::lease_change};
  const auto lease = Duration::micros(static_cast<std::int64_t>(plan.options.lease_us));
  std::vector<Fault> faults;
  for (std::uint32_t round = 1; round <= plan.rounds; ++round) {
    Fault fault;
    fault.kind = kKinds.at(random.below(kKinds.size()));
    if (plan.theme != LeaseTheme::any) fault.kind = FaultKind::lease_change;
    if (plan.theme == LeaseTheme::smaller_rho && round > 1) fault.kind = FaultKind::shift;
    fault.at = Duration{plan.active.ns / (plan.rounds + 1) * round};
    fault.lasts = lease + draw_micros(random, 1'000, 100'000);
    if (fault.kind == FaultKind::crash_all) fault.lasts = draw_micros(random, 100, 5'000);
    fault.replica = ReplicaId{static_cast<std::uint32_t>(random.between(1, plan.replicas))};
    if (fault.kind != FaultKind::shift) {
      fault.when = Stage::leasing;
    } else if (plan.comes_late) {
      fault.replica = *plan.comes_late;  // the one with another clock
    }
    fault.draw = random.next();
    faults.push_back(fault);
  }
  return faults;
}

void leave_out(const std::vector<std::size_t>& without, std::vector<Fault>& faults) {
  std::vector<Fault> kept;
  for (std::size_t i = 0; i < faults.size(); ++i) {
    if (std::find(without.begin(), without.end(), i) == without.end()) kept.push_back(faults[i]);
  }
  faults = std::move(kept);
}

void draw_moods(Random random, Plan& plan) {
  plan.network.latency = draw_micros(random, 10, random.chance(200'000) ? 5'000 : 100);
  plan.network.spread = draw_micros(random, 0, random.chance(300'000) ? 5'000 : 100);
  plan.network.tail_ppm = rate(random, 50'000);
  plan.network.tail = draw_micros(random, 1'000, 300'000);
  plan.network.loss_ppm = rate(random, 5'000);
  plan.network.duplicate_ppm = rate(random, 50'000);
  if (random.chance(100'000)) plan.network.queue_bytes = 2u << 20;  // a batch fits
  plan.disk.latency = draw_micros(random, 20, random.chance(200'000) ? 5'000 : 200);
  plan.disk.spread = draw_micros(random, 0, random.chance(200'000) ? 20'000 : 300);
  plan.disk.tail_ppm = rate(random, 20'000);
  plan.turn_cost = draw_micros(random, 1, random.chance(100'000) ? 1'000 : 20);
}

/// Some replicas have other options than most: a T that does not count unless they found the group,
/// and a larger bound of their clock, which does.
void draw_leases(Random random, Plan& plan) {
  std::uint32_t& rho = plan.options.clock_rate_error_ppm;
  if (random.chance(300'000)) rho = static_cast<std::uint32_t>(random.between(1'000, kMostRho));
  if (plan.about_leases()) rho = random.chance(500'000) ? 1'000 : 110'000;
  plan.lease.assign(plan.replicas, plan.options.lease());
  if (plan.about_leases()) return;
  for (LeaseSettings& own : plan.lease) {
    if (random.chance(100'000)) own.lease_us = plan.options.heartbeat_us * random.between(2, 40);
    if (random.chance(200'000)) {
      own.clock_rate_error_ppm = static_cast<std::uint32_t>(random.between(1'000, kMostRho));
    }
  }
}

void draw_clocks(Random random, Plan& plan) {
  const std::uint64_t style = plan.about_leases() ? random.between(3, 4) : random.below(5);
  const std::uint64_t odd = random.below(plan.replicas);
  // A clock that keeps to its replica's bound and not to the group's.
  if (style == 4) {
    plan.lease.at(odd).clock_rate_error_ppm = kMostRho;
    plan.comes_late = ReplicaId{static_cast<std::uint32_t>(odd + 1)};
  }
  for (std::uint32_t i = 0; i < plan.replicas; ++i) {
    const std::int64_t rho = plan.lease.at(i).clock_rate_error_ppm;
    std::int64_t ppm = 0;
    if (style == 1) ppm = draw_within(random, rho);
    if (style == 2) ppm = random.chance(500'000) ? rho : -rho;
    if (style == 3) ppm = i == odd ? -rho : rho;
    if (style == 4) ppm = i == odd ? rho : -rho;
    plan.clock_ppm.push_back(ppm);
  }
}

void draw_options(Random random, Plan& plan) {
  Options& options = plan.options;
  options.cluster = 7;
  options.directory = "simulated";
  for (std::uint32_t id = 1; id <= plan.replicas; ++id) {
    options.members.push_back({ReplicaId{id}, "simulated", static_cast<std::uint16_t>(id)});
  }
  options.heartbeat_us = random.between(5'000, 20'000);
  options.suspect_us = options.heartbeat_us * random.between(3, random.chance(500'000) ? 8 : 4);
  // A lease may be far longer than it takes to suspect its holder, or none.
  const std::uint64_t most_beats = random.chance(400'000) ? 150 : 60;
  const std::uint64_t lease_beats =
      random.chance(300'000) ? random.between(15, most_beats) : random.between(2, 16);
  options.lease_us = random.chance(200'000) ? 0 : options.heartbeat_us * lease_beats;
  if (plan.about_leases()) {
    options.heartbeat_us = 5'000;
    options.suspect_us = 3 * options.heartbeat_us;
    options.lease_us = options.heartbeat_us * random.between(20, 80);
  }
  options.max_command_bytes = 2048;
  options.max_pending_bytes = random.chance(300'000) ? 4 * 2048 : 256 << 10;
  // Small, so that a run fills segments and takes snapshots.
  options.log_bytes = random.chance(700'000) ? 512u << 10 : 16u << 20;
}

/// A write may take longer than to ask for a grant: then what is granted may be ahead of what is
/// durable.
void draw_theme(Random& random, bool calm_disk, Plan& plan) {
  if (!calm_disk && random.chance(300'000)) {
    plan.disk.latency = Duration::millis(8);
    if (random.chance(500'000)) plan.theme = LeaseTheme::longer;
  }
  if (plan.theme == LeaseTheme::longer) {
    plan.options.lease_us = plan.options.heartbeat_us * random.between(2, 10);
    for (LeaseSettings& own : plan.lease) own.lease_us = plan.options.lease_us;
  } else if (plan.comes_late && plan.rounds > 1 && random.chance(150'000)) {
    plan.theme = LeaseTheme::smaller_rho;
  }
}

/// Few commands fill a segment: snapshots are taken, and followers need them.
void draw_padding(Random random, Plan& plan) {
  if (!random.chance(250'000)) return;
  plan.padding_bytes = random.between(10'000, 100'000);
  plan.options.max_command_bytes += plan.padding_bytes;
  plan.options.max_pending_bytes = 8 * plan.options.max_command_bytes;
  plan.options.log_bytes = 512u << 10;
}

/// A run is shorter than a pass at the pace that ships.
void draw_scrub(Random random, Plan& plan) {
  if (random.chance(500'000)) plan.scrub_pause = draw_micros(random, 2'000, 50'000);
}

}  // namespace

const char* name_of(LeaseTheme theme) {
  constexpr std::array<const char*, 3> kNames{"any change", "a longer T", "a smaller rho"};
  return kNames.at(static_cast<std::size_t>(theme));
}

const char* name_of(FaultKind kind) { return kFaultNames.at(static_cast<std::size_t>(kind)); }

Plan draw_plan(std::uint64_t seed, const Shape& shape) {
  const Random root(seed);
  Random random = root.fork(1);
  Plan plan;
  plan.seed = seed;
  constexpr std::array<std::uint32_t, 12> kSizes{3, 3, 3, 3, 5, 5, 5, 7, 1, 2, 4, 3};
  plan.replicas = kSizes.at(random.below(kSizes.size()));
  plan.clients = static_cast<std::uint32_t>(random.between(1, 8));
  plan.active = draw_micros(random, 300'000, random.chance(200'000) ? 6'000'000 : 1'500'000);
  if (random.chance(150'000)) {
    plan.rounds = static_cast<std::uint32_t>(random.between(1, 4));
    plan.active = Duration::millis(800) * (plan.rounds + 1);
  }
  if (random.chance(200'000)) plan.ends_when = kAimedAt.at(random.below(kAimedAt.size()));
  plan.think = draw_micros(random, plan.about_leases() ? 5'000 : 100, 20'000);
  plan.session_ppm = random.chance(300'000) ? 0 : random.below(1'000'001);
  plan.read_ppm = random.below(600'000);
  plan.local_read_ppm = random.below(200'000);
  if (shape.replicas != 0) plan.replicas = shape.replicas;
  if (shape.clients != 0) plan.clients = shape.clients;
  draw_options(root.fork(2), plan);
  draw_padding(root.fork(6), plan);
  draw_moods(root.fork(3), plan);
  draw_leases(root.fork(8), plan);
  draw_clocks(root.fork(4), plan);
  draw_scrub(root.fork(7), plan);
  if (shape.calm_network || plan.about_leases()) plan.network = NetworkMood{};
  if (shape.calm_disk || plan.about_leases()) plan.disk = DiskMood{};
  if (plan.about_leases()) draw_theme(random, shape.calm_disk, plan);
  plan.faults =
      plan.about_leases() ? draw_lease_faults(root.fork(5), plan) : draw_faults(root.fork(5), plan);
  leave_out(shape.without, plan.faults);
  if (shape.active.ns != 0) plan.active = shape.active;
  return plan;
}

std::string describe(const Plan& plan) {
  std::string text = fmt::format(
      "{} replicas, {} clients, {} ms; heartbeat {} us, suspicion {} us, lease {} us\n"
      "network: {} + {} us, late {} ppm, lost {} ppm, twice {} ppm; disk: {} + {} us, late {} "
      "ppm, scrub pause {} us\n",
      plan.replicas, plan.clients, plan.active.ns / 1'000'000, plan.options.heartbeat_us,
      plan.options.suspect_us, plan.options.lease_us, plan.network.latency.ns / 1000,
      plan.network.spread.ns / 1000, plan.network.tail_ppm, plan.network.loss_ppm,
      plan.network.duplicate_ppm, plan.disk.latency.ns / 1000, plan.disk.spread.ns / 1000,
      plan.disk.tail_ppm, plan.scrub_pause.ns / 1000);
  text += "clocks, and what their replicas say of them:";
  for (std::size_t i = 0; i < plan.clock_ppm.size(); ++i) {
    text += fmt::format(" {} of {} ppm", plan.clock_ppm[i], plan.lease[i].clock_rate_error_ppm);
  }
  if (plan.about_leases()) text += fmt::format("; about leases: {}", name_of(plan.theme));
  text += '\n';
  if (plan.padding_bytes != 0) text += fmt::format("commands: {} bytes more\n", plan.padding_bytes);
  for (const Fault& fault : plan.faults) {
    if (fault.at >= plan.active) continue;
    const std::string whom = fault.when ? fmt::format("a replica that is {}", name_of(*fault.when))
                                        : fmt::format("replica {}", fault.replica.value);
    text +=
        fmt::format("{:8.3f} ms  {} of {}, for {:.3f} ms\n", static_cast<double>(fault.at.ns) / 1e6,
                    name_of(fault.kind), whom, static_cast<double>(fault.lasts.ns) / 1e6);
  }
  return text;
}

}  // namespace decree::sim
