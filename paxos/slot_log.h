// The part of the log that is kept in memory: a window of consecutive slots.
#ifndef DECREE_PAXOS_SLOT_LOG_H_
#define DECREE_PAXOS_SLOT_LOG_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "decree/types.h"
#include "paxos/message.h"

namespace decree::paxos {

/// What this replica has accepted in a slot; ballot 0: nothing.
struct LogEntry {
  Ballot ballot;  // the highest under which the value was accepted
  Value value;

  [[nodiscard]] bool present() const { return static_cast<bool>(ballot); }
};

/// Slots base+1 .. end, some of them possibly empty. Memory is a ring that grows to the largest
/// window it ever held, so that a steady window allocates nothing.
class SlotLog {
 public:
  SlotLog() : ring_(kInitialCapacity) {}

  /// Slots at or below the base are no longer here.
  [[nodiscard]] Slot base() const { return base_; }
  /// The last slot that was ever set; base() if there is none.
  [[nodiscard]] Slot end() const { return end_; }
  /// Bytes of the values in the window.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  /// The entry of a slot, or null if the slot is empty or outside the window.
  [[nodiscard]] const LogEntry* find(Slot slot) const {
    if (slot <= base_ || slot > end_) return nullptr;
    const LogEntry& entry = ring_[slot.value & (ring_.size() - 1)];
    return entry.present() ? &entry : nullptr;
  }
  /// Sets a slot above the base.
  void set(Slot slot, const Ballot& ballot, const Value& value);
  /// Forgets everything above the slot, which must not have been told to anybody.
  void truncate(Slot last);
  /// Forgets everything at or below the slot.
  void trim(Slot through);

 private:
  static constexpr std::size_t kInitialCapacity = 1024;

  [[nodiscard]] LogEntry& at(Slot slot) { return ring_[slot.value & (ring_.size() - 1)]; }
  void grow(std::uint64_t slots);

  std::vector<LogEntry> ring_;  // a power of two
  Slot base_;
  Slot end_;
  std::uint64_t bytes_ = 0;
};

}  // namespace decree::paxos

#endif  // DECREE_PAXOS_SLOT_LOG_H_
