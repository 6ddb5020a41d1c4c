#include "paxos/slot_log.h"

#include <algorithm>
#include <utility>

#include "paxos/assert.h"

namespace decree::paxos {

const LogEntry* SlotLog::find(Slot slot) const {
  if (slot <= base_ || slot > end_) return nullptr;
  const LogEntry& entry = ring_[slot.value & (ring_.size() - 1)];
  return entry.present() ? &entry : nullptr;
}

void SlotLog::set(Slot slot, const Ballot& ballot, const Value& value) {
  DECREE_ASSERT(slot > base_, "a slot that was trimmed is never set again");
  reserve(slot);
  LogEntry& entry = at(slot);
  bytes_ += value.bytes.size();
  bytes_ -= entry.value.bytes.size();
  entry.ballot = ballot;
  entry.value = value;
  end_ = std::max(end_, slot);
}

void SlotLog::truncate(Slot last) {
  for (; end_ > last && end_ > base_; end_ = end_.previous()) {
    LogEntry& entry = at(end_);
    bytes_ -= entry.value.bytes.size();
    entry = LogEntry{};
  }
}

void SlotLog::trim(Slot through) {
  const Slot last = std::min(through, end_);
  for (; base_ < last; base_ = base_.next()) {
    LogEntry& entry = at(base_.next());
    bytes_ -= entry.value.bytes.size();
    entry = LogEntry{};
  }
  base_ = std::max(base_, through);
  end_ = std::max(end_, base_);
}

void SlotLog::reserve(Slot through) {
  const std::uint64_t wanted = through.value - base_.value;
  if (wanted <= ring_.size()) return;
  std::size_t capacity = ring_.size();
  while (capacity < wanted) capacity *= 2;
  std::vector<LogEntry> larger(capacity);
  for (Slot slot = base_.next(); slot <= end_; slot = slot.next()) {
    larger[slot.value & (capacity - 1)] = std::move(at(slot));
  }
  ring_ = std::move(larger);
}

}  // namespace decree::paxos
