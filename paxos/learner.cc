#include "paxos/learner.h"

#include <algorithm>

#include "paxos/assert.h"
#include "paxos/limits.h"

namespace decree::paxos {

void Learner::announced(const Ballot& ballot, Slot announced) {
  while (known_chosen_ < announced) {
    const LogEntry* entry = log_.find(known_chosen_.next());
    if (entry == nullptr || entry->ballot != ballot) break;
    known_chosen_ = known_chosen_.next();
  }
  behind(ballot.replica, announced);
}

void Learner::behind(ReplicaId from, Slot announced) {
  if (announced <= known_chosen_ || from == self_) return;
  if (announced >= goal_) source_ = from;
  goal_ = std::max(goal_, announced);
}

bool Learner::learn(const Chosen& chosen, Slot limit) {
  if (chosen.first == Slot{}) return false;
  const Slot before = known_chosen_;
  Slot slot = chosen.first;
  for (const Value& value : chosen.values) {
    if (slot == known_chosen_.next() && slot <= limit) {
      log_.set(slot, kChosenBallot, value);
      known_chosen_ = slot;
    }
    slot = slot.next();
  }
  if (known_chosen_ == before) return false;
  // A late copy of an earlier answer is not the answer that is awaited.
  fetching_ = false;
  own_log_next_ = !is_whole();
  return true;
}

void Learner::lost(Slot known_chosen) {
  lost_ = known_chosen;
  goal_ = std::max(goal_, known_chosen);
  own_log_next_ = !is_whole();
}

void Learner::own_log_lacks() { own_log_next_ = fetching_ = false; }

void Learner::recording(Lsn lsn) {
  recording_before_ = recording_;
  recording_ = lsn;
}

void Learner::applied_by_leader(Slot slot) { known_chosen_ = std::max(known_chosen_, slot); }

void Learner::applied(Slot slot) {
  DECREE_ASSERT(slot == applied_.next(), "slots are applied in order, each once");
  DECREE_ASSERT(slot <= known_chosen_, "only what is known chosen is applied");
  applied_ = slot;
}

bool Learner::recovered(Slot watermark) {
  for (Slot slot = known_chosen_.next(); slot <= watermark; slot = slot.next()) {
    if (log_.find(slot) == nullptr) return false;
  }
  known_chosen_ = std::max(known_chosen_, watermark);
  recorded_ = known_chosen_;
  return true;
}

void Learner::installed(Slot slot) {
  DECREE_ASSERT(slot >= applied_, "what was applied is not taken back");
  known_chosen_ = std::max(known_chosen_, slot);
  recorded_ = std::max(recorded_, slot);
  applied_ = slot;
  fetching_ = false;
  own_log_next_ = !is_whole();
}

void Learner::fetch(Slot limit) {
  const Slot goal = std::min(goal_, limit);
  if (fetching_ || goal <= known_chosen_ || !journal_.is_durable(recording_before_)) return;
  if (own_log_next_) {
    fetching_ = true;
    out_.fetches.push_back({self_, known_chosen_.next(), std::min(goal, lost_)});
  } else if (source_) {
    fetching_ = true;
    out_.messages.push_back({ReplicaSet::of(source_), Fetch{known_chosen_.next(), goal}});
  }
}

bool Learner::forget_fetch(ReplicaId alternative) {
  const bool is_moving = known_chosen_ > known_at_reminder_;
  known_at_reminder_ = known_chosen_;
  if (is_moving) return true;
  if ((fetching_ || !source_) && alternative && alternative != self_) source_ = alternative;
  fetching_ = false;
  return false;
}

void Learner::reconnected(ReplicaId id) {
  if (!source_) source_ = id;
  if (id == source_ && !own_log_next_) fetching_ = false;
}

void Learner::serve(ReplicaId to, const Fetch& fetch) {
  const Slot last = std::min(fetch.last, known_chosen_);
  if (fetch.first > last || fetch.first == Slot{}) return;
  if (fetch.first <= log_.base()) {
    out_.fetches.push_back({to, fetch.first, last});
    return;
  }
  Outgoing out{ReplicaSet::of(to), Chosen{fetch.first, {}}, out_.values.size(), 0};
  std::size_t bytes = 0;
  for (Slot slot = fetch.first; slot <= last && out.count < kMaxBatchValues; slot = slot.next()) {
    const LogEntry* entry = log_.find(slot);
    DECREE_ASSERT(entry != nullptr, "a slot in memory that is known chosen has its value");
    const std::size_t cost = entry->value.bytes.size() + kValueOverheadBytes;
    if (out.count > 0 && bytes + cost > kMaxBatchBytes) break;
    bytes += cost;
    out_.values.push_back(entry->value);
    ++out.count;
  }
  out_.messages.push_back(out);
}

bool Learner::record_watermark() {
  if (recorded_ == known_chosen_) return false;
  recorded_ = known_chosen_;
  journal_.append(Record{RecordKind::watermark, {}, {}, known_chosen_, {}});
  return true;
}

}  // namespace decree::paxos
