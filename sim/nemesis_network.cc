// The faults of a network.
#include <utility>
#include <vector>

#include "sim/draw.h"
#include "sim/nemesis.h"

namespace decree::sim {

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

/// Whoever is back has granted nothing of late; those that have are there to be asked. The leader's
/// lease outlasts what leads to the next one.
void Nemesis::shift(const Fault& fault, Site& site, Random random) {
  Fault cut = fault;
  cut.kind = FaultKind::isolate;
  cut.lasts = fault.lasts + Duration::micros(static_cast<std::int64_t>(plan_.options.lease_us));
  split(cut, site, random.fork(1));
  // What is decided meanwhile that one does not know when it is back.
  const bool changes = random.chance(500'000) || plan_.theme == LeaseTheme::smaller_rho;
  Site* const now = changes ? world_.leader(site.id()) : nullptr;
  if (now != nullptr) change_lease(*now, draw_lease_change(random.fork(3)));
  later(cut.lasts, [this, cut, random, id = site.id()] {
    Site* const leader = world_.leader(id);
    if (leader == nullptr) return;
    if (Random(random).chance(500'000)) return leader->pause(world_.now() + cut.lasts);
    split(cut, *leader, random.fork(2));
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
  if (fault.kind == FaultKind::shift) return shift(fault, site, random);
  if (fault.kind != FaultKind::clog) return split(fault, site, random);
  const ReplicaId peer{static_cast<std::uint32_t>(random.between(1, n))};
  const Duration delay = draw_micros(random, 1'000, 200'000);
  world_.network.clog(id, peer, delay);
  later(fault.lasts, [this, id, peer] { world_.network.clog(id, peer, {}); });
}

}  // namespace decree::sim
