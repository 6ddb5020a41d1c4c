#include "tests/wal/judgement.h"

#include <algorithm>

namespace decree::wal {
namespace {

constexpr std::uint64_t kUnusedSlot = 1'000'000;

/// A hole that begins before the record says that there may have been such a one.
bool may_have_held(const Hole& hole, const KeptRecord& record) {
  const Summary& through = hole.through;
  if (hole.after >= Lsn{record.lsn}) return false;
  switch (record.kind) {
    case RecordKind::watermark:
      return through.watermark >= record.last.value;
    case RecordKind::lease:
      return through.lease_ns >= record.last.value;
    default:
      return through.ballot() >= record.ballot && through.highest_slot >= record.last.value;
  }
}

/// All that the other may have held. Two holes next to each other may be found as one.
bool covers(const Hole& hole, const Hole& other) {
  const Summary& through = hole.through;
  return hole.after <= other.after && through.highest_slot >= other.through.highest_slot &&
         through.watermark >= other.through.watermark &&
         through.lease_ns >= other.through.lease_ns && through.ballot() >= other.through.ballot();
}

}  // namespace

Judgement::Judgement(const WrittenLog& written, const MemoryFiles& damaged)
    : written_(written), damaged_(damaged), batches_(written.files(), damaged) {
  MemoryFiles files = damaged;
  MemoryDisk disk(files);
  IdentityRecord identity;
  if (load_identity(disk, identity).empty()) known_durable_ = batches_.known_durable(identity);
  const auto snapshot = written.snapshots().find(newest_snapshot());
  if (snapshot != written.snapshots().end()) begin_ = snapshot->second.start.before.lsn;
}

std::string Judgement::of(const Opened& opened, const MemoryFiles& after) const {
  if (!opened.log) return of_refusal(opened, after);
  std::string problem = of_snapshot(opened);
  return problem.empty() ? of_records(opened) : problem;
}

std::string Judgement::of_refusal(const Opened& opened, MemoryFiles after) const {
  if (opened.problem.empty()) return "it is refused without a reason";
  MemoryFiles before = damaged_;
  before.erase("incoming");
  after.erase("incoming");
  if (damaged_ == written_.files()) return "an undamaged log is refused: " + opened.problem;
  return before == after ? "" : "it is refused, and something was changed: " + opened.problem;
}

Slot Judgement::newest_snapshot() const {
  Slot newest;
  for (const auto& [name, bytes] : damaged_)
    newest = std::max(newest, snapshot_slot(name).value_or(Slot{}));
  return newest;
}

std::string Judgement::of_snapshot(const Opened& opened) const {
  const Slot newest = newest_snapshot();
  if (newest == Slot{}) return opened.snapshot == Slot{} ? "" : "a snapshot without a file";
  const auto kept = written_.snapshots().find(newest);
  if (kept == written_.snapshots().end()) return "a snapshot that nobody took";
  if (opened.snapshot == newest) {
    return opened.state == kept->second.state ? "" : "the state of a snapshot is another one";
  }
  if (opened.snapshot != Slot{}) return "an older snapshot";
  const bool told = !opened.holes.empty() && opened.holes[0].through.watermark >= newest.value;
  return told ? "" : "a snapshot is lost without a hole";
}

std::string Judgement::of_records(const Opened& opened) const {
  std::size_t next = 0;
  for (const KeptRecord& record : written_.appended()) {
    if (next < opened.records.size() && opened.records[next] == record) {
      ++next;
    } else if (record.lsn > begin_ && record.lsn <= written_.acknowledged()) {
      std::string problem = of_missing(record, opened);
      if (!problem.empty()) return "append " + std::to_string(record.lsn) + " " + problem;
    }
  }
  return next == opened.records.size() ? "" : "a record that was never appended";
}

std::string Judgement::of_missing(const KeptRecord& record, const Opened& opened) const {
  const bool in_a_hole = std::ranges::any_of(
      opened.holes, [&](const Hole& hole) { return may_have_held(hole, record); });
  const bool hurt = batches_.is_hurt(record.lsn) || batches_.find(record.lsn) == nullptr;
  if (hurt && in_a_hole) return {};
  if (record.lsn <= known_durable_) return hurt ? "is lost without a hole" : "is whole, and lost";
  if (record.lsn < batches_.first_hurt()) return "is lost before the damage";
  const bool at_the_end = opened.records.empty() || opened.records.back().lsn < record.lsn;
  return at_the_end ? "" : "is missing in the middle";
}

std::string judge_next_opening(Opened opened, MemoryDisk& disk, MemoryFiles& files) {
  KeptRecord record = accept_of(kUnusedSlot, 5'000);
  if (!wait_durable(*opened.log, disk, append(*opened.log, record))) return "it is not durable";
  opened.log.reset();
  MemoryDisk again_disk(files);
  const Opened again = open_log(again_disk, small_options());
  if (!again.log) return "the next opening refuses it: " + again.problem;
  opened.records.push_back(record);
  if (again.records != opened.records) return "the next opening finds other records";
  const bool told = std::ranges::all_of(opened.holes, [&](const Hole& hole) {
    return std::ranges::any_of(again.holes, [&](const Hole& h) { return covers(h, hole); });
  });
  return told ? "" : "the next opening does not tell of a hole";
}

}  // namespace decree::wal
