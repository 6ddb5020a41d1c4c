// Phase 1: a replica that asks to lead.
#ifndef DECREE_PAXOS_CANDIDATE_H_
#define DECREE_PAXOS_CANDIDATE_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

#include "decree/types.h"
#include "paxos/damage.h"
#include "paxos/message.h"
#include "paxos/record.h"
#include "paxos/slot_log.h"
#include "paxos/voters.h"

namespace decree::paxos {

/// Collects promises for one ballot. Reading more reports than a quorum is safe: a value reported
/// at ballot k can only differ from a chosen one if it was chosen below k, and then a proposer at k
/// had to propose it.
class Candidate {
 public:
  /// `own_promise` is the append that must be durable before it counts (rule 1).
  Candidate(const Ballot& ballot, const Ballot& hand_over, Lsn own_promise)
      : ballot_(ballot), hand_over_(hand_over), own_promise_(own_promise) {}

  [[nodiscard]] const Ballot& ballot() const { return ballot_; }
  [[nodiscard]] const Ballot& hand_over() const { return hand_over_; }
  [[nodiscard]] Lsn own_promise() const { return own_promise_; }
  [[nodiscard]] bool prepared() const { return prepared_; }
  [[nodiscard]] const ReplicaSet& promised_by() const { return promised_by_; }
  /// The highest announced watermark reported, and by whom: at or below it nothing is proposed.
  [[nodiscard]] Slot watermark() const { return watermark_; }

  /// The prepare has left. From here on the own acceptor accepts nothing below the ballot: what it
  /// has accepted is reported.
  void prepare_sent(ReplicaId self, Slot known_chosen, const SlotLog& log, const Lost& lost);
  /// The own promise is durable, and counts.
  void promised_itself(ReplicaId self) { promised_by_.insert(self); }
  /// This replica has learned that every slot through this one is chosen.
  void knows(Slot known_chosen) { watermark_ = std::max(watermark_, known_chosen); }
  /// A promise, or a chunk of one. Dropped if it is not what this acceptor is asked for now.
  /// Whether it must be asked for more.
  [[nodiscard]] bool promise(ReplicaId from, const Promise& promise);
  /// What the acceptor is asked for next, or again.
  [[nodiscard]] Prepare prepare_for(ReplicaId acceptor) const {
    return {ballot_, reported_[acceptor.value], {}, hand_over_};
  }

  /// The first slot above the watermark for which no quorum says what was accepted, because of
  /// what some of them have lost; none if there is no such slot.
  [[nodiscard]] Slot first_doubtful(const Voters& voters) const;

  /// The last slot that anybody reported; watermark() if none is above it.
  [[nodiscard]] Slot last_reported() const;
  /// The value of the highest ballot reported for the slot; a no-op if there is none.
  [[nodiscard]] const Value& adopted(Slot slot) const;

 private:
  struct Report {
    Ballot ballot;
    Value value;
  };
  void report(Slot slot, const Ballot& ballot, const Value& value);
  [[nodiscard]] bool is_doubtful(Slot slot, const Voters& voters) const;

  Ballot ballot_;
  Ballot hand_over_;
  Lsn own_promise_;
  bool prepared_ = false;
  ReplicaSet promised_by_;
  Slot watermark_;
  std::map<Slot, Report> reports_;
  // By acceptor: it has reported what it accepted through this slot, or need not. An acceptor that
  // has promised accepts nothing more below the ballot, so its reports stay true while others come.
  std::array<Slot, kMaxReplicaId + 1> reported_{};
  std::array<Lost, kMaxReplicaId + 1> lost_{};
};

}  // namespace decree::paxos

#endif  // DECREE_PAXOS_CANDIDATE_H_
