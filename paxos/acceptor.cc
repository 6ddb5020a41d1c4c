#include "paxos/acceptor.h"

#include <algorithm>
#include <utility>

#include "paxos/assert.h"
#include "paxos/limits.h"

namespace decree::paxos {

Lsn Acceptor::promise(const Ballot& ballot) {
  DECREE_ASSERT(ballot >= promised_, "a promise never falls");
  if (ballot > promised_) {
    promised_ = ballot;
    // Nobody below the promise is answered any more.
    accepting_ = Ballot{};
    forget_acks();
    owed_promise_.reset();
    write_ahead(ballot);
  }
  return written_at_;
}

void Acceptor::write_ahead(const Ballot& ballot) {
  if (ballot <= written_) return;
  journal_.append(Record{RecordKind::promise, ballot, {}, {}, {}});
  written_ = ballot;
  written_at_ = journal_.covering();
}

void Acceptor::promise_to(ReplicaId candidate, const Prepare& prepare) {
  static_cast<void>(promise(prepare.ballot));
  owe_promise(candidate, prepare.ballot, prepare.after);
}

void Acceptor::owe_promise(ReplicaId candidate, const Ballot& ballot, Slot after) {
  // A watermark that the candidate does not know must survive a crash: perhaps nobody else does.
  const Slot known_chosen = learner_.known_chosen();
  Lsn lsn = written_at_;
  if (known_chosen > after) {
    learner_.record_watermark();
    lsn = journal_.covering();
  }
  owed_promise_ = OwedPromise{candidate, ballot, after, known_chosen, lsn};
}

void Acceptor::accept(const Accept& accept, const Payload& frame, const LeaseEcho& echo) {
  DECREE_ASSERT(accept.ballot >= promised_, "nothing is accepted below the promise");
  if (store(accept)) {
    const Slot last{accept.first.value + accept.values.size() - 1};
    journal_.append(Record{RecordKind::accept, accept.ballot, accept.first, last, {}}, frame);
    promised_ = accept.ballot;  // its record implies the promise
    if (promised_ > written_) {
      written_ = promised_;
      written_at_ = journal_.covering();
    }
    if (owed_promise_ && owed_promise_->ballot < promised_) owed_promise_.reset();
  } else {
    static_cast<void>(promise(accept.ballot));
  }
  follow(accept.ballot, accept.ballot_first);
  extend_received();
  owed_acks_.push_back({received_, echo, journal_.covering()});
}

void Acceptor::owe_what_was_filled_in() {
  // Chosen values may have closed a gap before slots that were accepted earlier.
  extend_received();
  const Slot owed = owed_acks_.empty() ? durable_ : owed_acks_.back().through;
  if (accepting_ && received_ > owed) owed_acks_.push_back({received_, {}, journal_.covering()});
}

bool Acceptor::store(const Accept& accept) {
  const Slot limit{learner_.known_chosen().value + kMaxOpenSlots};
  bool stored = false;
  Slot slot = accept.first;
  for (const Value& value : accept.values) {
    if (slot > learner_.known_chosen() && slot <= limit) {
      const LogEntry* entry = log_.find(slot);
      if (entry != nullptr && entry->ballot == accept.ballot) {
        DECREE_ASSERT(entry->value.bytes.size() == value.bytes.size(),
                      "one value per ballot and slot");
      } else {
        log_.set(slot, accept.ballot, value);
        stored = true;
      }
    }
    slot = slot.next();
  }
  return stored;
}

void Acceptor::follow(const Ballot& ballot, Slot ballot_first) {
  if (accepting_ == ballot) return;
  accepting_ = ballot;
  first_ = ballot_first;
  received_ = durable_ = ballot_first.previous();
  forget_acks();
}

void Acceptor::forget_acks() {
  owed_acks_.clear();
  acknowledged_ = owes_again_ = false;
}

void Acceptor::extend_received() {
  received_ = std::max(received_, learner_.known_chosen());
  for (const LogEntry* entry = log_.find(received_.next());
       entry != nullptr && entry->ballot == accepting_; entry = log_.find(received_.next())) {
    received_ = received_.next();
  }
}

Slot Acceptor::received(const Ballot& ballot) {
  if (ballot != accepting_) return Slot{};
  extend_received();
  return received_;
}

void Acceptor::reconnected(ReplicaId leader) {
  owes_again_ = owes_again_ || (acknowledged_ && accepting_.replica == leader);
}

void Acceptor::acknowledge() {
  answer_promise();
  owe_what_was_filled_in();
  LeaseEcho echo;
  bool due = std::exchange(owes_again_, false);
  while (!owed_acks_.empty() && journal_.is_durable(owed_acks_.front().lsn)) {
    durable_ = std::max(durable_, owed_acks_.front().through);
    if (owed_acks_.front().echo.stamp.value != 0) echo = owed_acks_.front().echo;
    owed_acks_.pop_front();
    due = true;
  }
  if (!due) return;
  acknowledged_ = true;
  out_.messages.push_back(
      {ReplicaSet::of(accepting_.replica), Accepted{accepting_, durable_, echo}});
}

void Acceptor::answer_promise() {
  if (!owed_promise_ || hold_promises_ || !journal_.is_durable(owed_promise_->lsn)) return;
  const OwedPromise owed = *owed_promise_;
  owed_promise_.reset();
  if (owed.known_chosen == learner_.known_chosen()) {
    send_promise(owed);
  } else {
    owe_promise(owed.candidate, owed.ballot, owed.after);
  }
}

void Acceptor::send_promise(const OwedPromise& owed) {
  const Lost missing = lost();
  const Slot known_chosen = owed.known_chosen > owed.after ? owed.known_chosen : Slot{};
  Promise promise{owed.ballot, owed.after,     false,           known_chosen,
                  0,           missing.ballot, missing.through, {}};
  Outgoing out{ReplicaSet::of(owed.candidate), promise, out_.accepted.size(), 0};
  std::size_t bytes = 0;
  Slot slot = std::max(owed.after, owed.known_chosen);
  for (; slot < log_.end() && out.count < kMaxBatchValues; slot = slot.next()) {
    const LogEntry* entry = log_.find(slot.next());
    if (entry == nullptr) continue;
    const std::size_t cost = entry->value.bytes.size() + kValueOverheadBytes;
    if (out.count > 0 && bytes + cost > kMaxBatchBytes) break;
    bytes += cost;
    out_.accepted.push_back({slot.next(), entry->ballot, entry->value});
    ++out.count;
  }
  std::get<Promise>(out.message).last = slot >= log_.end();
  out_.messages.push_back(out);
}

void Acceptor::check_invariants() const {
  DECREE_ASSERT(promised_ <= written_, "what is promised is recorded");
  if (!accepting_) return;
  DECREE_ASSERT(accepting_ == promised_, "accepts come under the ballot that is promised");
  DECREE_ASSERT(durable_ <= received_, "what is durable was received");
  for (Slot slot = std::max(first_, learner_.known_chosen().next()); slot <= received_;
       slot = slot.next()) {
    const LogEntry* entry = log_.find(slot);
    DECREE_ASSERT(entry != nullptr && entry->ballot == accepting_,
                  "what is acknowledged under a ballot is held under it (rule 6)");
  }
}

void Acceptor::recover_accept(const Accept& accept) {
  // The record of an accept implies the promise of its ballot (rule 1).
  recover_promise(accept.ballot);
  Slot slot = accept.first;
  for (const Value& value : accept.values) {
    const LogEntry* entry = log_.find(slot);
    if (slot > learner_.known_chosen() && (entry == nullptr || entry->ballot <= accept.ballot)) {
      log_.set(slot, accept.ballot, value);
    }
    slot = slot.next();
  }
}

}  // namespace decree::paxos
