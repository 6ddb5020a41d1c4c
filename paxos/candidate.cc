#include "paxos/candidate.h"

#include <algorithm>

namespace decree::paxos {

void Candidate::prepare_sent(ReplicaId self, Slot known_chosen, const SlotLog& log,
                             const Lost& lost) {
  prepared_ = true;
  lost_[self.value] = lost;
  watermark_ = std::max(watermark_, known_chosen);
  reported_.fill(known_chosen);
  for (Slot slot = known_chosen.next(); slot <= log.end(); slot = slot.next()) {
    if (const LogEntry* entry = log.find(slot)) report(slot, entry->ballot, entry->value);
  }
}

bool Candidate::promise(ReplicaId from, const Promise& promise) {
  if (promise.after != reported_[from.value] || promised_by_.contains(from)) return false;
  watermark_ = std::max(watermark_, promise.known_chosen);
  // What one chunk says is lost a later one does not take back: the acceptor may have learned of it
  // meanwhile, and this replica has not.
  Lost& lost = lost_[from.value];
  lost = {std::max(lost.ballot, promise.lost), std::max(lost.through, promise.lost_through)};
  for (const AcceptedValue& accepted : promise.accepted) {
    report(accepted.slot, accepted.ballot, accepted.value);
    reported_[from.value] = accepted.slot;
  }
  if (promise.last) promised_by_.insert(from);
  return !promise.last;
}

void Candidate::report(Slot slot, const Ballot& ballot, const Value& value) {
  Report& best = reports_[slot];
  if (ballot > best.ballot) best = {ballot, value};
}

Slot Candidate::first_doubtful(const Voters& voters) const {
  Slot through;
  for (ReplicaId id : voters) {
    if (promised_by_.contains(id)) through = std::max(through, lost_[id.value].through);
  }
  for (Slot slot = watermark_.next(); slot <= through; slot = slot.next()) {
    if (is_doubtful(slot, voters)) return slot;
  }
  return {};
}

bool Candidate::is_doubtful(Slot slot, const Voters& voters) const {
  const auto found = reports_.find(slot);
  const Ballot highest = found == reports_.end() ? Ballot{} : found->second.ballot;
  ReplicaSet sure;
  for (ReplicaId id : voters) {
    const Lost& lost = lost_[id.value];
    const bool knows = slot > lost.through || lost.ballot <= highest;
    if (promised_by_.contains(id) && knows) sure.insert(id);
  }
  return !voters.is_quorum(sure);
}

Slot Candidate::last_reported() const {
  return reports_.empty() ? watermark_ : std::max(watermark_, reports_.rbegin()->first);
}

const Value& Candidate::adopted(Slot slot) const {
  static const Value noop;
  const auto found = reports_.find(slot);
  return found == reports_.end() ? noop : found->second.value;
}

}  // namespace decree::paxos
