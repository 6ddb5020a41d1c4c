#include "tools/backup.h"

#include <fmt/format.h>

#include "paxos/limits.h"
#include "tools/chosen_slots.h"
#include "wal/segment_list.h"
#include "wal/snapshot_file.h"

namespace decree::tools {
namespace {

/// During each but the last a snapshot was finished, or the replica was started.
constexpr int kMostReadings = 32;
constexpr char kElsewhere[] =
    "; take the backup from another replica, or when this one has repaired itself";

Verdict unwritable(const std::error_code& error) {
  return {Exit::unreadable, "the backup cannot be written: " + error.message()};
}

}  // namespace

Verdict Backup::run() {
  Verdict before;
  Look seen;
  Slot reached;
  for (int readings = 0; readings < kMostReadings; ++readings) {
    const Look then = look();
    Verdict found = read();
    if (out_ && out_->error()) break;
    if (gone_ || taken_ >= to_) return gone_ ? found : finish();
    const bool stood_still = look() == then;
    if (stood_still && found.exit == Exit::good) return finish();
    const bool same_files = stood_still && then == seen;
    if (same_files && found == before) return found;
    // What stopped the reading before was being written then, behind all that the log knew when it
    // began.
    if (same_files && taken_ > reached) return finish();
    before = found;
    seen = then;
    reached = taken_;
  }
  if (out_ && out_->error()) return unwritable(out_->error());
  return {Exit::lost, fmt::format("the log changed faster than it could be read, {} times in a row",
                                  kMostReadings)};
}

Backup::Look Backup::look() const {
  wal::IdentityRecord identity;
  std::vector<Slot> slots;
  if (!load_identity(disk_, identity).empty() || list_snapshots(disk_, slots)) return {};
  return {identity.start, slots.empty() ? Slot{} : slots.back()};
}

Verdict Backup::read() {
  std::string problem = begin();
  if (!problem.empty()) return {Exit::lost, problem};
  wal::LogStart start;
  Slot snapshot;
  Verdict found = read_snapshot(start, snapshot);
  if (found.exit != Exit::good || taken_ >= to_) return found;
  return read_log(start, snapshot);
}

std::string Backup::begin() {
  std::string problem = load_identity(disk_, identity_);
  if (!problem.empty()) return problem;
  if (!out_) out_.emplace(file_, identity_);
  if (identity_.incarnation == source().incarnation) return {};
  return "identity: the directory was made anew while it was read";
}

Verdict Backup::read_snapshot(wal::LogStart& start, Slot& snapshot) {
  std::vector<Slot> slots;
  if (const auto error = list_snapshots(disk_, slots)) {
    return {Exit::unreadable, "the directory cannot be listed: " + error.message()};
  }
  if (slots.empty()) return {};
  snapshot = slots.back();
  if (snapshot > to_) {
    gone_ = true;
    return {Exit::lost, fmt::format("slot {} is not held any more: the oldest state that is left "
                                    "is that of the snapshot of slot {}",
                                    to_.value, snapshot.value)};
  }
  wal::SnapshotFile file(disk_);
  const std::string problem = file.open(snapshot, identity_);
  if (!problem.empty()) return {Exit::lost, problem};
  start = start_of(file.header());
  if (snapshot > taken_) return copy(file);
  return {};
}

/// A file that is open stays as it is, whatever becomes of its name.
Verdict Backup::copy(wal::SnapshotFile& file) {
  const wal::SnapshotHeader& header = file.header();
  std::uint64_t checksum = 0;
  flush();
  for (std::uint64_t index = 0; index < header.chunks; ++index) {
    const std::span<const std::byte> chunk = file.chunk(index);
    if (chunk.empty()) return {Exit::damaged, file.problem() + kElsewhere};
    checksum = wal::add_chunk(checksum, chunk);
    out_->chunk(Slot{header.slot}, index, chunk);
  }
  if (checksum != header.body_checksum) {
    return {Exit::damaged, wal::snapshot_name(Slot{header.slot}) +
                               ": its chunks do not belong together" + kElsewhere};
  }
  taken_ = Slot{header.slot};
  return {};
}

Verdict Backup::read_log(const wal::LogStart& start, Slot snapshot) {
  if (start.dropped > snapshot) {
    return {Exit::damaged, fmt::format("the slots {} to {} were damaged and not repaired yet{}",
                                       snapshot.value + 1, start.dropped.value, kElsewhere)};
  }
  wal::SegmentList list;
  std::string problem = list_segments(disk_, identity_, start.segment, list);
  if (!problem.empty()) return {Exit::lost, problem};
  if (list.needed.empty()) return {};
  ChosenSlots slots(ReplicaId{identity_.replica}, snapshot,
                    [this](Slot slot, const Value& value) { take(slot, value); });
  wal::SegmentReader reader(disk_);
  const wal::Recovered found = recover(reader, identity_, start.before, list.needed, slots);
  if (taken_ >= to_) return {};
  if (!slots.hole().empty()) return {Exit::damaged, slots.hole() + kElsewhere};
  problem = slots.problem().empty() ? found.problem : slots.problem();
  return problem.empty() ? Verdict{} : Verdict{Exit::lost, problem};
}

void Backup::take(Slot slot, const Value& value) {
  if (slot != taken_.next() || slot > to_) return;
  const std::size_t cost = value.bytes.size() + paxos::kValueOverheadBytes;
  if (bytes_ + cost > paxos::kMaxBatchBytes || values_.size() == paxos::kMaxBatchValues) flush();
  values_.push_back(value);
  bytes_ += cost;
  taken_ = slot;
}

void Backup::flush() {
  if (!values_.empty()) out_->chosen({Slot{taken_.value - values_.size() + 1}, values_});
  values_.clear();
  bytes_ = 0;
}

Verdict Backup::finish() {
  if (taken_ == Slot{} || (taken_ < to_ && to_ != kNewest)) {
    const std::string asked = to_ == kNewest ? "no slot" : fmt::format("slot {}", to_.value);
    return {Exit::lost, fmt::format("{} is known here to be chosen: the log knows it of the slots "
                                    "through {}",
                                    asked, taken_.value)};
  }
  flush();
  out_->end(taken_);
  return out_->error() ? unwritable(out_->error()) : Verdict{};
}

}  // namespace decree::tools
