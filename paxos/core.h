// The protocol of one replica: events in, outputs out, nothing else. No time, no threads, no I/O.
#ifndef DECREE_PAXOS_CORE_H_
#define DECREE_PAXOS_CORE_H_

#include <cstddef>
#include <cstdint>
#include <variant>

#include "decree/types.h"
#include "paxos/acceptor.h"
#include "paxos/candidate.h"
#include "paxos/journal.h"
#include "paxos/leader.h"
#include "paxos/learner.h"
#include "paxos/limits.h"
#include "paxos/message.h"
#include "paxos/output.h"
#include "paxos/slot_log.h"
#include "paxos/voters.h"

namespace decree::paxos {

/// Multi-Paxos for one replica (Lamport, "Paxos Made Simple", section 3). One thread. Feed events
/// in any order, then call take_output() once a turn and carry it out as replica/ spells out.
class Core {
 public:
  /// So many bytes of applied values are kept for peers that are a little behind.
  Core(ReplicaId self, Voters voters, std::uint64_t memory_bytes = kMemoryBytes);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // --- Start: the records of the log, oldest first, before any other event.
  void recover_promise(const Ballot& ballot) { acceptor_.recover_promise(ballot); }
  void recover_reserve(const Ballot& ballot) { used_round_ = std::max(used_round_, ballot.round); }
  void recover_accept(const Accept& accept) { acceptor_.recover_accept(accept); }
  void recover_chosen(const Chosen& chosen);
  /// False if a slot at or below the watermark is missing.
  [[nodiscard]] bool recover_watermark(Slot watermark) { return learner_.recovered(watermark); }
  /// Before all records: a snapshot of the state after this slot was restored.
  void recover_snapshot(Slot slot) { install(slot); }
  /// After all records before the first damaged one: those behind it are not recovered but read
  /// again, see wants_acceptances().
  void recover_damage(const Damage& damage);
  /// Ends the recovery: whose log it was, and the last append found in it.
  void recovered(Incarnation incarnation, Lsn last);

  // --- Events.
  /// A message of a peer. `frame` is what it came in: it is logged as it is. `echo` is what the
  /// acceptance of an accept answers to the leader's stamp.
  void step(ReplicaId from, const Message& message, const Payload& frame, const LeaseEcho& echo);
  /// A record of the driver's own, for the next append; returns which append that is.
  Lsn record(const Record& record);
  /// Records the watermark, which else waits for an append that is made anyway; false if it is
  /// recorded.
  bool record_watermark() { return learner_.record_watermark(); }
  /// Takes the next slot for a value; the caller has checked that this replica leads.
  Slot propose(const Value& value);
  /// Starts phase 1. The ballot is next_ballot(). A leader that campaigns above itself goes on
  /// being the one that callers wait for (rule 10).
  void campaign(const Ballot& ballot, const Ballot& hand_over);
  /// Gives up a candidacy or a leadership.
  void step_down();
  /// Leading is about to be handed over to whoever will ask with this ballot: its promise is
  /// recorded, so that it need not be waited for then.
  void write_ahead(const Ballot& ballot) { acceptor_.write_ahead(ballot); }
  /// Every append through this one is durable.
  void durable(Lsn lsn);
  void peer_connected(ReplicaId id);
  void peer_disconnected(ReplicaId id);
  /// The wait for older leases is over: the leader may apply and announce.
  void open_announcements();
  /// Something may have been lost a while ago: asks again for what is still missing.
  void remind();
  /// The slot was applied by the state machine.
  void applied(Slot slot);
  /// Is a snapshot of the state after this slot of use? What a leader proposes itself it applies
  /// itself.
  [[nodiscard]] bool lacks(Slot slot) const { return slot > announced() && slot <= fetch_limit(); }
  /// Values of the own log, which continue the known prefix; what it answers to Output::fetches
  /// for this replica itself. None: it has them not.
  void learn_own(const Chosen& chosen);
  /// All that damage took of what is known chosen is here again: recover_accept() what the log has
  /// above announced(), then repaired().
  [[nodiscard]] bool wants_acceptances() const { return repairing_ && learner_.is_whole(); }
  void repaired();
  /// Damage took slots that are known chosen: nothing is promised to anybody, and nobody is to be
  /// asked to promise, until they are here again.
  [[nodiscard]] bool repairing() const { return repairing_; }
  /// The same, or acceptances above them may be lost.
  [[nodiscard]] bool is_damaged() const { return repairing_ || acceptor_.lost().ballot; }
  /// This leader has long been asking for chosen values that it lacks, and nobody sends any: those
  /// who know them chosen are gone or have lost them. The values are with a quorum still, and a
  /// campaign() above itself finds them.
  [[nodiscard]] bool asks_in_vain() const;
  /// The first slot that this leader took for free, or whose value it took for the right one, when
  /// all voters had answered and damage let no quorum of them say so; none if there is no such.
  [[nodiscard]] Slot gave_up() const { return gave_up_; }
  /// Such a snapshot of a peer is durable here and restored. Its slots are chosen: snapshots hold
  /// what was applied, and only what may be announced is applied.
  void installed(Slot slot);
  /// Nothing else is about to carry the watermark: send it (rule 7).
  void tell_watermark();

  /// What is to be done about the events since the last call. Swaps with `output`, so that steady
  /// state allocates nothing.
  void take_output(Output& output);
  /// A heartbeat of this round leaves for the peer: returns what was sent to it until now.
  Slot heartbeat_to(ReplicaId peer, std::uint64_t round);

  // --- State.
  /// The next chosen value to apply, or null. Call applied() after it.
  [[nodiscard]] const LogEntry* next_to_apply() const;
  [[nodiscard]] Slot next_slot_to_apply() const { return learner_.applied().next(); }
  [[nodiscard]] const Ballot& promised() const { return acceptor_.promised(); }
  /// The highest promise that was recorded, made or not: whoever drops old records must keep it.
  [[nodiscard]] const Ballot& written() const { return acceptor_.written(); }
  /// The candidate's own promise is durable, and counts like anybody's.
  [[nodiscard]] bool has_promised_itself() const {
    return candidate() != nullptr && journal_.is_durable(candidate()->own_promise());
  }
  /// A ballot of its own above every one that this replica has promised or heard of, and `above`;
  /// if one was written ahead for it, that one.
  [[nodiscard]] Ballot next_ballot(const Ballot& above) const;
  /// The highest of its own that it may have used without a durable promise: whoever drops old
  /// records must keep this one's.
  [[nodiscard]] Ballot reserved() const;
  /// An answer is awaited that may have been lost: call remind() after a while.
  [[nodiscard]] bool awaits_answers() const;
  [[nodiscard]] const Leader* leader() const { return std::get_if<Leader>(&role_); }
  [[nodiscard]] const Candidate* candidate() const { return std::get_if<Candidate>(&role_); }
  /// The announced watermark as this replica knows it.
  [[nodiscard]] Slot announced() const { return learner_.known_chosen(); }
  [[nodiscard]] Slot applied() const { return learner_.applied(); }
  [[nodiscard]] Slot log_end() const { return log_.end(); }
  [[nodiscard]] Slot received(const Ballot& ballot) { return acceptor_.received(ballot); }
  [[nodiscard]] const Voters& voters() const { return voters_; }

  /// Asserts what must hold between any two events. Walks the log: for tests.
  void check_invariants() const;

 private:
  struct Follower {};

  void handle(ReplicaId from, const Prepare& prepare);
  void handle(ReplicaId from, const Promise& promise);
  void handle(ReplicaId from, const Accept& accept, const Payload& frame, const LeaseEcho& echo);
  void handle(ReplicaId from, const Accepted& accepted);
  void handle(ReplicaId from, const Refused& refused);
  void handle(ReplicaId from, const Watermark& watermark);
  void handle(ReplicaId from, const Fetch& fetch);
  void handle(const Chosen& chosen, const Payload& frame);
  void handle(ReplicaId from, const Heartbeat& heartbeat);
  void handle(ReplicaId from, const HeartbeatAnswer& answer);

  /// False, and refused, if the ballot is below the promise.
  bool check_ballot(ReplicaId from, const Ballot& ballot);
  /// Another ballot is under way above our own.
  void yield_to(const Ballot& ballot);
  void install(Slot slot);
  void ask(const Candidate& candidate, ReplicaId acceptor);
  void send_prepare(Candidate& candidate);
  void try_to_lead();
  [[nodiscard]] ReplicaSet peers() const;
  [[nodiscard]] Slot may_apply() const;
  /// Through here chosen values are fetched; a leader chooses those of its own slots itself.
  [[nodiscard]] Slot fetch_limit() const;
  void trim();
  void reserve_ballot();
  [[nodiscard]] bool may_prepare(const Candidate& asking) const;

  ReplicaId self_;
  Incarnation incarnation_;
  Voters voters_;
  std::uint64_t memory_bytes_;
  ReplicaSet connected_;
  SlotLog log_;
  Output out_;
  Journal journal_;
  Learner learner_;
  Acceptor acceptor_;
  std::variant<Follower, Candidate, Leader> role_;
  bool repairing_ = false;
  Lost lost_;
  Slot gave_up_;
  Ballot highest_seen_;           // in refusals
  std::uint64_t used_round_ = 0;  // of its own, perhaps, before this start
  Ballot reserved_;
  Lsn reserved_at_;
  std::size_t reminders_ = 0;          // so that each reminder asks another peer
  std::size_t reminders_in_vain_ = 0;  // of this leader, in a row
};

}  // namespace decree::paxos

#endif  // DECREE_PAXOS_CORE_H_
