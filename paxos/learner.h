// What is known to be chosen here, and how the rest is fetched.
#ifndef DECREE_PAXOS_LEARNER_H_
#define DECREE_PAXOS_LEARNER_H_

#include "decree/types.h"
#include "paxos/journal.h"
#include "paxos/message.h"
#include "paxos/output.h"
#include "paxos/slot_log.h"

namespace decree::paxos {

/// Every slot through known_chosen() is announced: chosen, behind its leader's no-op, past the
/// lease wait and applied by that leader. Nothing above it is ever told to anybody.
class Learner {
 public:
  Learner(ReplicaId self, SlotLog& log, Journal& journal, Output& out)
      : self_(self), log_(log), journal_(journal), out_(out) {}

  [[nodiscard]] Slot known_chosen() const { return known_chosen_; }
  [[nodiscard]] Slot applied() const { return applied_; }
  /// The highest watermark that anybody has named; above known_chosen() while this replica is
  /// behind.
  [[nodiscard]] Slot goal() const { return goal_; }

  /// The leader of `ballot` has announced through `announced`. Its word counts for a slot only if
  /// this replica accepted the slot under that same ballot (rule 4); the rest is fetched.
  void announced(const Ballot& ballot, Slot announced);
  /// `from` reports this watermark: fetch what is missing from there.
  void behind(ReplicaId from, Slot announced);
  /// Values sent as chosen; keeps those through `limit` that continue the known prefix. True if
  /// there were any.
  bool learn(const Chosen& chosen, Slot limit);
  /// What was learned now is durable with this append.
  void recording(Lsn lsn);
  /// The leader applied a slot that it may announce.
  void applied_by_leader(Slot slot);
  void applied(Slot slot);
  /// A durable watermark, found at start; false if a slot behind it is missing.
  bool recovered(Slot watermark);
  /// Slots through this one are known chosen and not all here: damage took the rest. What there is
  /// is read from the own log, and what is not is fetched from anybody who has it.
  void lost(Slot known_chosen);
  /// The own log does not have the next slot.
  void own_log_lacks();
  /// What lost() named is here.
  [[nodiscard]] bool is_whole() const { return known_chosen_ >= lost_; }
  /// The state after this slot is here, durable and in place, whatever was applied before.
  void installed(Slot slot);

  /// Asks for what is missing through `limit`, unless an answer is on its way or one that came
  /// before the last waits for the disk: no more is held in memory for it than that.
  void fetch(Slot limit);
  /// Called now and then: if nothing came since the last time, an answer may have been lost. Asks
  /// again, the next time `alternative` if there is one. False if nothing came.
  bool forget_fetch(ReplicaId alternative);
  /// What was under way to and from this peer may be lost.
  void reconnected(ReplicaId id);
  /// Answers a peer's fetch with what is announced.
  void serve(ReplicaId to, const Fetch& fetch);
  /// Records the watermark if it moved; true if it did.
  bool record_watermark();

 private:
  ReplicaId self_;
  SlotLog& log_;
  Journal& journal_;
  Output& out_;
  Slot known_chosen_;
  Slot applied_;
  Slot recorded_;  // the watermark in the log on disk
  Slot goal_;
  ReplicaId source_;  // whom to ask
  Slot known_at_reminder_;
  bool fetching_ = false;  // an answer is on its way
  Slot lost_;
  bool own_log_next_ = false;  // is to be asked
  Lsn recording_;              // of the last answer ...
  Lsn recording_before_;       // ... and of the one before it
};

}  // namespace decree::paxos

#endif  // DECREE_PAXOS_LEARNER_H_
