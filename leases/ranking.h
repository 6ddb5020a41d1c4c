// Who goes first when a leader is missing. It orders candidates and refuses none.
#ifndef DECREE_LEASES_RANKING_H_
#define DECREE_LEASES_RANKING_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "decree/types.h"
#include "leases/voters.h"
#include "paxos/message.h"

namespace decree::leases {

/// The order of the voters: the leader's succession list where there is one, else those that are
/// fit to lead first, then priority (higher first), log end (higher first), id (lower first), as
/// far as they are known. An attribute that is not known decides nothing, so that replicas that
/// know nothing of each other still differ in rank.
class Ranking {
 public:
  Ranking(const Voters& voters, ReplicaId self, std::uint32_t priority);

  void own_impaired(bool impaired) { own_.impaired = impaired; }
  void own_log_end(Slot end) { own_.log_end = end; }
  [[nodiscard]] Slot own_log_end() const { return own_.log_end; }
  [[nodiscard]] std::uint32_t own_priority() const { return own_.priority; }
  /// What a peer has said about itself.
  void learned(ReplicaId peer, std::uint32_t priority, Slot log_end);
  /// It said whether it is fit to lead.
  void learned_impaired(ReplicaId peer, bool impaired);
  [[nodiscard]] bool impaired(ReplicaId id) const;
  /// The list of the leader that is followed; an empty one is none.
  void adopt(const Succession& list) { list_ = list; }

  /// The list for this replica's heartbeats as a leader; peers that are not connected come last.
  [[nodiscard]] Succession successors(const PerReplica<bool>& connected) const;
  /// How many voters, `missing` apart, this replica lets go first.
  [[nodiscard]] std::size_t rank(ReplicaId missing) const;

 private:
  struct Known {
    std::uint32_t priority = 0;
    Slot log_end;
    bool impaired = false;
  };

  /// Does `a` come before `b` by attributes?
  [[nodiscard]] bool precedes(ReplicaId a, ReplicaId b) const;
  [[nodiscard]] std::size_t listed(ReplicaId id) const;
  [[nodiscard]] std::optional<Known> known(ReplicaId id) const;

  const Voters& voters_;
  ReplicaId self_;
  Known own_;
  PerReplica<std::optional<Known>> peers_;
  Succession list_{};
};

}  // namespace decree::leases

#endif  // DECREE_LEASES_RANKING_H_
