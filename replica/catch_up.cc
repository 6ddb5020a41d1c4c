#include "replica/catch_up.h"

#include <algorithm>
#include <cstdint>

#include "paxos/limits.h"

namespace decree::replica {

namespace {

constexpr std::uint64_t kSlotsPerRead = 4096;

std::size_t cost(const Value& value) { return value.bytes.size() + paxos::kValueOverheadBytes; }

}  // namespace

/// A value that was sent as chosen is the right one, wherever it is.
bool CatchUp::is_sure(const wal::Log& log, Slot slot, const Best& best) {
  return best.ballot == paxos::kChosenBallot || log.is_highest(best.lsn, slot, best.ballot);
}

Chosen CatchUp::read(wal::Log& log, const paxos::FetchFromLog& fetch) {
  best_.clear();
  bytes_ = 0;
  values_.clear();
  // All records of a slot are read for one answer, so no more slots than about one answer holds.
  Slot last = std::min({fetch.last, Slot{fetch.first.value + kSlotsPerRead - 1},
                        log.reach(fetch.first, 2 * paxos::kMaxBatchBytes)});
  error_ = log.read(fetch.first, last, UINT64_MAX, [&](Lsn lsn, const Record& record) {
    consider(lsn, record, fetch.first, last);
  });
  if (error_) return {fetch.first, {}};
  Slot next = fetch.first;
  for (const auto& [slot, best] : best_) {
    if (slot != next || !is_sure(log, slot, best)) break;
    values_.push_back(best.value);
    next = next.next();
  }
  return {fetch.first, values_};
}

void CatchUp::consider(Lsn lsn, const Record& record, Slot first, Slot& last) {
  const Payload frame = Payload::copy_of(record.bytes);
  std::string_view problem;
  const Message* message = decoder_.decode(frame, problem);
  if (message == nullptr) return;
  const auto each = [&](Slot slot, const Ballot& ballot, std::span<const Value> values) {
    for (const Value& value : values) {
      if (slot >= first && slot <= last) consider(slot, {lsn, ballot, value});
      slot = slot.next();
    }
  };
  if (const auto* accept = std::get_if<Accept>(message)) {
    each(accept->first, accept->ballot, accept->values);
  } else if (const auto* chosen = std::get_if<Chosen>(message)) {
    each(chosen->first, paxos::kChosenBallot, chosen->values);
  }
  keep_what_fits(last);
}

void CatchUp::consider(Slot slot, const Best& other) {
  Best& best = best_[slot];
  if (other.ballot < best.ballot) return;
  if (best.ballot) bytes_ -= cost(best.value);
  best = other;
  bytes_ += cost(other.value);
}

void CatchUp::keep_what_fits(Slot& last) {
  // From the top, so that what stays is a prefix, each slot of which all records are looked at.
  while (bytes_ > paxos::kMaxBatchBytes && best_.size() > 1) {
    const auto top = std::prev(best_.end());
    bytes_ -= cost(top->second.value);
    last = top->first.previous();
    best_.erase(top);
  }
}

}  // namespace decree::replica
