#include "tools/chosen_slots.h"

#include <fmt/format.h>

#include <utility>

#include "replica/slot_records.h"

namespace decree::tools {

ChosenSlots::ChosenSlots(ReplicaId replica, Slot snapshot, Sink sink)
    : core_(replica, paxos::Voters({replica})), sink_(std::move(sink)) {
  if (snapshot != Slot{}) core_.recover_snapshot(snapshot);
}

void ChosenSlots::on_record(const wal::BatchView& batch, const Record& record) {
  const bool of_slots = record.kind == RecordKind::accept || record.kind == RecordKind::chosen ||
                        record.kind == RecordKind::watermark;
  if (!of_slots || !hole_.empty() || !problem_.empty()) return;
  problem_ = replica::recover_slots(core_, decoder_, record);
  if (!problem_.empty()) {
    problem_ = fmt::format("append {} of the log: {}", batch.header.lsn, problem_);
    return;
  }
  while (const paxos::LogEntry* entry = core_.next_to_apply()) {
    const Slot slot = core_.next_slot_to_apply();
    sink_(slot, entry->value);
    core_.applied(slot);
  }
}

void ChosenSlots::on_hole(const wal::Hole& hole) {
  if (hole_.empty()) hole_ = hole.what;
}

}  // namespace decree::tools
