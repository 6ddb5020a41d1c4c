// Who votes, and what a quorum of them has.
#ifndef DECREE_PAXOS_VOTERS_H_
#define DECREE_PAXOS_VOTERS_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "decree/types.h"
#include "paxos/assert.h"
#include "paxos/message.h"

namespace decree::paxos {

/// A set of replicas.
class ReplicaSet {
 public:
  constexpr ReplicaSet() = default;
  void insert(ReplicaId id) { bits_ |= std::uint64_t{1} << id.value; }
  void erase(ReplicaId id) { bits_ &= ~(std::uint64_t{1} << id.value); }
  [[nodiscard]] bool contains(ReplicaId id) const { return ((bits_ >> id.value) & 1) != 0; }
  [[nodiscard]] bool empty() const { return bits_ == 0; }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(std::popcount(bits_)); }
  static ReplicaSet of(ReplicaId id) {
    ReplicaSet set;
    set.insert(id);
    return set;
  }

 private:
  std::uint64_t bits_ = 0;  // bit i: replica i; ids are 1 to 63
};

/// The voters of a configuration. Majorities: any two quorums share a voter.
class Voters {
 public:
  explicit Voters(std::vector<ReplicaId> ids) : ids_(std::move(ids)) {
    std::ranges::sort(ids_);
    DECREE_ASSERT(!ids_.empty() && ids_.size() <= kMaxReplicas, "a group has 1 to 9 voters");
    DECREE_ASSERT(ids_.front() && ids_.back().value <= kMaxReplicaId, "ids are 1 to 63");
    DECREE_ASSERT(std::ranges::adjacent_find(ids_) == ids_.end(), "ids are distinct");
  }

  [[nodiscard]] const std::vector<ReplicaId>& ids() const { return ids_; }
  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  [[nodiscard]] std::size_t quorum() const { return ids_.size() / 2 + 1; }
  [[nodiscard]] bool contains(ReplicaId id) const { return std::ranges::binary_search(ids_, id); }
  [[nodiscard]] std::size_t index(ReplicaId id) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(ids_, id) - ids_.begin());
  }
  [[nodiscard]] bool is_quorum(const ReplicaSet& set) const {
    const auto members =
        std::ranges::count_if(ids_, [&](ReplicaId id) { return set.contains(id); });
    return static_cast<std::size_t>(members) >= quorum();
  }
  [[nodiscard]] auto begin() const { return ids_.begin(); }  // ascending
  [[nodiscard]] auto end() const { return ids_.end(); }

  /// The value that a quorum of voters has reached, in this order; `value_of(id)` is one voter's.
  /// std::greater: the largest that a quorum is not below. std::less: the smallest that a quorum
  /// does not exceed.
  template <typename ValueOf, typename Order = std::greater<>>
  [[nodiscard]] auto quorum_th(ValueOf value_of, Order order = {}) const {
    std::array<std::decay_t<decltype(value_of(ids_.front()))>, kMaxReplicas> values{};
    std::ranges::transform(ids_, values.begin(), value_of);
    const auto last = values.begin() + static_cast<std::ptrdiff_t>(size());
    const auto nth = values.begin() + static_cast<std::ptrdiff_t>(quorum() - 1);
    std::nth_element(values.begin(), nth, last, order);
    return *nth;
  }

 private:
  std::vector<ReplicaId> ids_;
};

}  // namespace decree::paxos

#endif  // DECREE_PAXOS_VOTERS_H_
