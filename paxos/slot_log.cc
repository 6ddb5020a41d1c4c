#include "paxos/slot_log.h"

#include <algorithm>
#include <utility>

#include "paxos/assert.h"

namespace decree::paxos {

void SlotLog::set(Slot slot, const Ballot& ballot, const Value& value) {
  DECREE_ASSERT(slot > base_, "a slot that was trimmed is never set again");
  const std::uint64_t slots = slot.value - base_.value;
  if (slots > ring_.size()) grow(slots);
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

void SlotLog::grow(std::uint64_t slots) {
  std::size_t capacity = ring_.size();
  while (capacity < slots) capacity *= 2;
  std::vector<LogEntry> larger(capacity);
  for (Slot slot = base_.next(); slot <= end_; slot = slot.next()) {
    larger[slot.value & (capacity - 1)] = std::move(at(slot));
  }
  ring_ = std::move(larger);
}

}  // namespace decree::paxos
