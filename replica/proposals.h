// Proposals on their way from the caller to the answer.
#ifndef DECREE_REPLICA_PROPOSALS_H_
#define DECREE_REPLICA_PROPOSALS_H_

#include <cstdint>
#include <map>
#include <utility>

#include "leases/clock.h"
#include "paxos/message.h"
#include "paxos/ring.h"
#include "replica/answers.h"
#include "replica/applier.h"

namespace decree::replica {

/// A proposal and who waits for it.
struct Proposal {
  Requester requester;
  Value value;
  leases::Time deadline;    // when to give up finding or hearing from a leader
  std::uint64_t order = 0;  // in which it was queued first
};

/// Every proposal is in exactly one place: queued (no leader is known), placed in a slot (this
/// replica leads), or forwarded to the leader. What leaves its place is answered or queued again,
/// and it is queued again, in its old place, only if it cannot have been chosen.
class Proposals {
 public:
  explicit Proposals(Answers& answers) : answers_(answers) {}

  [[nodiscard]] std::size_t count() const {
    return queued_.size() + placed_.size() + forwarded_.size();
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  void queue(Proposal proposal);
  [[nodiscard]] bool has_queued() const { return !queued_.empty(); }
  [[nodiscard]] const Proposal& front() const { return queued_.front(); }

  /// The oldest queued proposal was proposed in this slot.
  void place_front(Slot slot);
  /// Forwarded requests get numbers above this one.
  void number_from(std::uint64_t request) { last_request_ = request; }
  /// The oldest queued proposal is sent to the leader; returns the request's number.
  std::uint64_t forward_front(ReplicaId leader);

  /// A slot was applied here: answers the proposal that was placed there, if its value was chosen.
  void applied(Slot slot, const Value& value, const Token& token, Applied applied);
  /// This replica leads no more. Slots above `exposed` nobody has seen: they are queued again.
  void leadership_lost(Slot exposed);

  void forward_answered(ReplicaId from, const ForwardAnswer& answer);
  /// What was forwarded to a replica for which `keep` is false has an unknown outcome: a forwarder
  /// never sends a command twice, for it may have no session.
  template <typename Keep>
  void drop_forwarded(Keep keep) {
    for (auto each = forwarded_.begin(); each != forwarded_.end();) {
      if (keep(each->second.leader)) {
        ++each;
        continue;
      }
      answer(std::move(each->second.proposal), Errc::outcome_unknown);
      each = forwarded_.erase(each);
    }
  }
  /// The oldest queued proposal did not happen.
  void fail_front(Errc error) { answer(take_front(), error); }
  /// Gives up what has waited too long; `queued` says why it was never sent.
  void expire(leases::Time now, Errc queued);
  [[nodiscard]] leases::Time next_deadline() const;
  /// Answers everything with `error`, except what was never sent, which gets `unsent`.
  void fail_all(Errc error, Errc unsent);

  /// Asserts that bytes() is what is held, and slots ascend.
  void check_invariants() const;

 private:
  struct Placed {
    Slot slot;
    Proposal proposal;
  };
  struct Forwarded {
    ReplicaId leader;
    Proposal proposal;
  };

  void answer(Proposal proposal, boost::system::error_code error, Reply reply = {});
  Proposal take_front();
  void requeue(Proposal proposal);

  Answers& answers_;
  Ring<Proposal> queued_;
  Ring<Placed> placed_;                           // by slot, ascending
  std::map<std::uint64_t, Forwarded> forwarded_;  // by request number
  std::uint64_t last_request_ = 0;
  std::uint64_t last_order_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_PROPOSALS_H_
