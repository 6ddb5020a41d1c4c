// Phase 2: a replica whose ballot a quorum has promised.
#ifndef DECREE_PAXOS_LEADER_H_
#define DECREE_PAXOS_LEADER_H_

#include <array>

#include "decree/types.h"
#include "paxos/batch_window.h"
#include "paxos/candidate.h"
#include "paxos/journal.h"
#include "paxos/limits.h"
#include "paxos/message.h"
#include "paxos/output.h"
#include "paxos/ring.h"
#include "paxos/slot_log.h"
#include "paxos/voters.h"

namespace decree::paxos {

/// Proposes consecutive slots from first() on, pipelined. Invariant: nothing at or below first() is
/// proposed, and every slot first()..end holds one value under ballot() for ever.
class Leader {
 public:
  /// Adopts what the candidate learned: re-proposes it, fills gaps with no-ops, adds its own no-op.
  Leader(const Candidate& candidate, ReplicaId self, const Voters& voters, SlotLog& log);

  [[nodiscard]] const Ballot& ballot() const { return ballot_; }
  /// F: the first slot that this ballot proposes.
  [[nodiscard]] Slot first() const { return first_; }
  /// This leader's own no-op: nothing is announced before it is chosen.
  [[nodiscard]] Slot noop() const { return noop_; }
  [[nodiscard]] Slot end() const { return end_; }
  [[nodiscard]] Slot sent() const { return sent_; }
  /// The last slot that may be accepted somewhere: it was sent, or is of phase 1, where it may come
  /// from an older ballot of this replica.
  [[nodiscard]] Slot exposed() const { return std::max(sent_, noop_); }
  [[nodiscard]] bool idle() const { return chosen_ == end_; }
  /// Every slot first()..chosen() is chosen.
  [[nodiscard]] Slot chosen() const { return chosen_; }
  /// The highest promise that an acceptor refused this ballot with; none if nobody did.
  [[nodiscard]] const Ballot& refused_by() const { return refused_by_; }
  [[nodiscard]] Slot accepted_by(ReplicaId id) const { return peer(id).accepted; }
  [[nodiscard]] Slot sent_to(ReplicaId id) const { return peer(id).sent; }

  /// The wait for older leases is over.
  void open() { open_ = true; }
  /// The slot through which this leader may apply, and so announce; 0: nothing yet (rule 4).
  [[nodiscard]] Slot may_apply() const { return open_ && chosen_ >= noop_ ? chosen_ : Slot{}; }

  /// Takes the next slot. Invariant: one value per (ballot, slot).
  Slot propose(const Value& value);
  /// Sends what accumulated, as far as the windows allow, and feeds peers that are behind.
  void flush(Slot announced, Journal& journal, Output& out);
  /// The append that holds this leader's own acceptances became durable: one vote like every other.
  void own_durable(const Journal& journal);

  void accepted(ReplicaId from, const Accepted& accepted);
  /// A heartbeat of this round leaves for the peer; returns what was sent to it until now.
  Slot heartbeat_to(ReplicaId id, std::uint64_t round);
  /// The peer's answer to that heartbeat. Messages of one connection arrive in order, so what was
  /// sent before the heartbeat and is not received is lost: it is sent again.
  void received(ReplicaId from, std::uint64_t round, Slot received);
  void refused(const Ballot& promised) { refused_by_ = std::max(refused_by_, promised); }
  /// The peers that hold what is announced and were not told so yet; they are told now.
  ReplicaSet tell(Slot announced);
  void connected(ReplicaId id, bool connected);

 private:
  struct Peer {
    bool connected = false;
    Slot accepted;  // durable at the peer, under this ballot, cumulative from first()
    Slot sent;
    Slot told;  // the announced watermark that it was sent
    // The heartbeat whose answer will show whether something was lost; 0: none is out.
    std::uint64_t probe = 0;
    Slot sent_at_probe;
    BatchWindow<kMaxBatchesToPeer> window;
  };
  struct OwedVote {
    Slot last;
    Lsn lsn;
  };

  [[nodiscard]] Peer& peer(ReplicaId id) { return peers_[voters_.index(id)]; }
  [[nodiscard]] const Peer& peer(ReplicaId id) const { return peers_[voters_.index(id)]; }
  void advance_chosen();
  /// What accumulated had better wait for more. Never while nothing is under way that ends the
  /// wait.
  [[nodiscard]] bool better_waits() const {
    return unsent_bytes_ < kLargeBatchBytes && in_flight_.size() >= kSmallBatchesInFlight &&
           owed_votes_.size() >= kSmallBatchesInFlight;
  }
  /// Appends one accept of slots from `first` on to the output; returns its last slot.
  Slot emit(Slot first, Slot limit, const ReplicaSet& to, Slot announced, Output& out);
  void feed(ReplicaId id, Slot announced, Output& out);

  const Voters& voters_;
  SlotLog& log_;
  ReplicaId self_;
  Ballot ballot_;
  Slot first_;
  Slot noop_;
  Slot end_;                      // the last slot that has a value
  Slot sent_;                     // the last slot that went into a batch
  std::size_t unsent_bytes_ = 0;  // of what has a value and was not sent, or more
  Slot chosen_;
  bool open_ = false;
  Ballot refused_by_;
  BatchWindow<kMaxBatchesInFlight> in_flight_;
  Ring<OwedVote> owed_votes_;  // own acceptances that are not durable yet
  std::array<Peer, kMaxReplicas> peers_{};
};

}  // namespace decree::paxos

#endif  // DECREE_PAXOS_LEADER_H_
