// The acceptor: promises and acceptances, each durable before anyone hears of it.
#ifndef DECREE_PAXOS_ACCEPTOR_H_
#define DECREE_PAXOS_ACCEPTOR_H_

#include <optional>

#include "decree/types.h"
#include "paxos/damage.h"
#include "paxos/journal.h"
#include "paxos/learner.h"
#include "paxos/message.h"
#include "paxos/output.h"
#include "paxos/ring.h"
#include "paxos/slot_log.h"

namespace decree::paxos {

/// "Paxos Made Simple", section 2.2, for many slots at once. Invariants: promised() never falls; no
/// value is accepted below it; one value per (ballot, slot). written() is never below promised(): a
/// promise may be in the log before it is made, and a restart has made it.
class Acceptor {
 public:
  Acceptor(SlotLog& log, Journal& journal, Output& out, Learner& learner)
      : log_(log), journal_(journal), out_(out), learner_(learner) {}

  /// The highest ballot promised, be it durable yet or not.
  [[nodiscard]] const Ballot& promised() const { return promised_; }
  /// The highest promise that was recorded, be it made yet or not.
  [[nodiscard]] const Ballot& written() const { return written_; }
  /// Records a promise to whoever may ask for it later, who then waits for no disk. Lower ballots
  /// are accepted as before.
  void write_ahead(const Ballot& ballot);

  /// Promises a ballot that is not below promised(); returns the append that makes it durable.
  Lsn promise(const Ballot& ballot);
  /// Promises, and answers the candidate once that is durable.
  void promise_to(ReplicaId candidate, const Prepare& prepare);
  /// Accepts values under a ballot that is not below promised(). `echo` is answered when they are
  /// durable.
  void accept(const Accept& accept, const Payload& frame, const LeaseEcho& echo);
  /// Every slot from the ballot's first through this one is accepted under it or known chosen.
  [[nodiscard]] Slot received(const Ballot& ballot);
  /// The leader can be reached again: what it was told last may be lost, and it may wait for that.
  void reconnected(ReplicaId leader);
  /// Answers, once a turn, what became durable.
  void acknowledge();

  /// Promises are durable, but not answered: it is not known yet what was accepted.
  void hold_promises(bool hold) { hold_promises_ = hold; }
  void lose(const Lost& lost) { lost_ = lost; }
  /// What it may have accepted and does not have, as far as anybody may still ask.
  [[nodiscard]] Lost lost() const {
    return lost_.through > learner_.known_chosen() ? lost_ : Lost{};
  }

  /// See Core::check_invariants().
  void check_invariants() const;

  // At start, in the order of the log.
  void recover_promise(const Ballot& ballot) { promised_ = written_ = std::max(promised_, ballot); }
  void recover_accept(const Accept& accept);

 private:
  struct OwedPromise {
    ReplicaId candidate;
    Ballot ballot;
    Slot after;         // nothing through it is reported, see Prepare
    Slot known_chosen;  // this replica's, durable with `lsn` if it is above `after`
    Lsn lsn;
  };
  struct OwedAck {
    Slot through;
    LeaseEcho echo;
    Lsn lsn;
  };

  bool store(const Accept& accept);
  void follow(const Ballot& ballot, Slot ballot_first);
  void forget_acks();
  void extend_received();
  void owe_what_was_filled_in();
  void owe_promise(ReplicaId candidate, const Ballot& ballot, Slot after);
  void send_promise(const OwedPromise& owed);
  void answer_promise();

  SlotLog& log_;
  Journal& journal_;
  Output& out_;
  Learner& learner_;
  Ballot promised_;
  Ballot written_;
  Lsn written_at_;
  std::optional<OwedPromise> owed_promise_;
  bool hold_promises_ = false;
  Lost lost_;

  // Of the ballot that accepts come under.
  Ballot accepting_;
  Slot first_;     // F of rule 6
  Slot received_;  // see received()
  Slot durable_;   // the part of it that is durable
  Ring<OwedAck> owed_acks_;
  bool acknowledged_ = false;  // something, under this ballot: so that it is durable
  bool owes_again_ = false;    // see reconnected()
};

}  // namespace decree::paxos

#endif  // DECREE_PAXOS_ACCEPTOR_H_
