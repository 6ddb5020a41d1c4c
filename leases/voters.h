// What is counted over the voters.
#ifndef DECREE_LEASES_VOTERS_H_
#define DECREE_LEASES_VOTERS_H_

#include <array>
#include <functional>

#include "decree/types.h"
#include "paxos/voters.h"

namespace decree::leases {

using paxos::Voters;

/// One T for every replica there can be.
template <typename T>
class PerReplica {
 public:
  PerReplica() = default;
  explicit PerReplica(const T& initial) { values_.fill(initial); }
  T& operator[](ReplicaId id) { return values_.at(id.value); }
  const T& operator[](ReplicaId id) const { return values_.at(id.value); }

 private:
  std::array<T, kMaxReplicaId + 1> values_{};
};

/// The largest value that a quorum of voters has reached.
template <typename T>
[[nodiscard]] T quorum_th_largest(const Voters& voters, const PerReplica<T>& values) {
  return voters.quorum_th([&](ReplicaId id) { return values[id]; });
}
/// The smallest value that a quorum of voters does not exceed.
template <typename T>
[[nodiscard]] T quorum_th_smallest(const Voters& voters, const PerReplica<T>& values) {
  return voters.quorum_th([&](ReplicaId id) { return values[id]; }, std::less<>());
}

}  // namespace decree::leases

#endif  // DECREE_LEASES_VOTERS_H_
