#include "leases/ranking.h"

#include <algorithm>
#include <vector>

namespace decree::leases {

Ranking::Ranking(const Voters& voters, ReplicaId self, std::uint32_t priority)
    : voters_(voters), self_(self), own_{priority, {}} {}

void Ranking::learned(ReplicaId peer, std::uint32_t priority, Slot log_end) {
  Known known = peers_[peer].value_or(Known{});
  known.priority = priority;
  known.log_end = log_end;
  peers_[peer] = known;
}

void Ranking::learned_impaired(ReplicaId peer, bool impaired) {
  Known known = peers_[peer].value_or(Known{});
  known.impaired = impaired;
  peers_[peer] = known;
}

bool Ranking::impaired(ReplicaId id) const { return known(id).value_or(Known{}).impaired; }

std::optional<Ranking::Known> Ranking::known(ReplicaId id) const {
  return id == self_ ? std::optional(own_) : peers_[id];
}

bool Ranking::precedes(ReplicaId a, ReplicaId b) const {
  const auto left = known(a);
  const auto right = known(b);
  if (left && right) {
    if (left->impaired != right->impaired) return right->impaired;
    if (left->priority != right->priority) return left->priority > right->priority;
    if (left->log_end != right->log_end) return left->log_end > right->log_end;
  }
  return a < b;
}

Succession Ranking::successors(const PerReplica<bool>& connected) const {
  std::vector<ReplicaId> order;
  for (const ReplicaId id : voters_) {
    if (id != self_) order.push_back(id);
  }
  // A peer that has said nothing yet has no attributes: a total order needs some.
  const auto key = [&](ReplicaId id) { return known(id).value_or(Known{}); };
  std::stable_sort(order.begin(), order.end(), [&](ReplicaId a, ReplicaId b) {
    if (connected[a] != connected[b]) return connected[a];
    if (key(a).impaired != key(b).impaired) return key(b).impaired;
    if (key(a).priority != key(b).priority) return key(a).priority > key(b).priority;
    return key(a).log_end > key(b).log_end;
  });
  Succession list{};
  std::copy(order.begin(), order.end(), list.begin());
  return list;
}

std::size_t Ranking::listed(ReplicaId id) const {
  return static_cast<std::size_t>(std::find(list_.begin(), list_.end(), id) - list_.begin());
}

std::size_t Ranking::rank(ReplicaId missing) const {
  const auto goes_first = [&](ReplicaId id) {
    if (id == self_ || id == missing) return false;
    if (listed(id) != listed(self_)) return listed(id) < listed(self_);
    return precedes(id, self_);
  };
  return static_cast<std::size_t>(std::count_if(voters_.begin(), voters_.end(), goes_first));
}

}  // namespace decree::leases
