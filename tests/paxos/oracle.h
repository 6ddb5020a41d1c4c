// What must hold of a whole group, derived from the disks and the messages alone.
#ifndef DECREE_TESTS_PAXOS_ORACLE_H_
#define DECREE_TESTS_PAXOS_ORACLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "paxos/core.h"
#include "paxos/message.h"
#include "paxos/record.h"

namespace decree::paxos::test {

/// A rule of the protocol was broken.
class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Sees everything that happens and throws a Violation when a rule is broken. A slot is chosen when
/// a quorum has durably accepted one (ballot, value), whoever knows of it.
class Oracle {
 public:
  explicit Oracle(const Voters& voters);

  void started(ReplicaId id, const Core& core);
  /// Before the core is told so.
  void delivered(ReplicaId from, const Core& core, const Message& message);
  void sent(ReplicaId from, const Core& core, const Message& message);
  void durable(ReplicaId id, const Record& record, const Message* frame);
  void opened(ReplicaId id, const Core& core);
  /// Before the core is told so.
  void applied(ReplicaId id, const Core& core, Slot slot, const Value& value);
  void check(ReplicaId id, const Core& core) const;

  [[nodiscard]] const Value* chosen(Slot slot) const;
  /// The last slot that some leader has applied: what may be told (rule 4).
  [[nodiscard]] Slot announced() const { return announced_; }

 private:
  struct Proposal {
    Value value;
    ReplicaSet durable_at;
  };
  struct SlotHistory {
    std::map<Ballot, Proposal> proposals;
    std::optional<Value> chosen;
  };
  struct BallotHistory {
    std::uint64_t life = 0;  // of its owner
    Slot first;              // F, once it proposes
    Slot reported;           // the highest watermark that the candidate heard while it was one
    std::map<ReplicaId, Slot> covered;  // reports through this slot were delivered to the candidate
    ReplicaSet promised_by;             // and all of them
  };
  struct ReplicaHistory {
    std::uint64_t life = 0;
    Ballot promised;                  // durable
    Ballot reserved;                  // durable
    std::map<Slot, Ballot> accepted;  // durable, the highest
    Ballot opened;
    Slot watermark;  // durable
  };

  void on_sent(ReplicaId from, const Core& core, const Prepare& prepare);
  void on_sent(ReplicaId from, const Core& core, const Promise& promise);
  void on_sent(ReplicaId from, const Core& core, const Accept& accept);
  void on_sent(ReplicaId from, const Core& core, const Accepted& accepted);
  void on_sent(ReplicaId from, const Core& core, const Watermark& watermark);
  void on_sent(ReplicaId from, const Core& core, const Heartbeat& heartbeat);
  void on_sent(ReplicaId from, const Core& core, const Chosen& message);

  BallotHistory& prepared(ReplicaId id, const Ballot& ballot);
  void on_promised(ReplicaId id, const Ballot& ballot);
  void on_accepted(ReplicaId id, const Accept& accept);
  void may_tell(Slot announced) const;
  void is_chosen(Slot slot, const Value& value) const;
  SlotHistory& slot_history(Slot slot);

  const Voters voters_;
  std::vector<SlotHistory> slots_;
  std::map<Ballot, BallotHistory> ballots_;
  std::vector<ReplicaHistory> replicas_;
  Slot announced_;
};

}  // namespace decree::paxos::test

#endif  // DECREE_TESTS_PAXOS_ORACLE_H_
