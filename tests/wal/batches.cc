#include "tests/wal/batches.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>

#include "tests/wal/log_fixture.h"
#include "wal/batch.h"
#include "wal/recovery.h"
#include "wal/segment_list.h"
#include "wal/snapshot_file.h"

namespace decree::wal {
namespace {

class Collector final : public RecoveryVisitor {
 public:
  explicit Collector(std::map<std::uint64_t, WrittenBatch>& batches) : batches_(batches) {}
  void on_record(const BatchView&, const Record&) override {}
  void on_batch(const BatchView& batch, const SlotRange&, const Link& self) override {
    batches_[self.lsn] = {batch.place,   batch.stamp.count, self.lsn,
                          self.sequence, self.epoch,        batch.header.durable};
  }
  void on_hole(const Hole&) override {}

 private:
  std::map<std::uint64_t, WrittenBatch>& batches_;
};

LogStart start_in(Disk& disk, const IdentityRecord& identity) {
  std::vector<Slot> slots;
  SnapshotFile snapshot(disk);
  if (list_snapshots(disk, slots) || slots.empty()) return {};
  return snapshot.open(slots.back(), identity).empty() ? start_of(snapshot.header()) : LogStart{};
}

ConstBlock block_of(const std::vector<std::byte>& bytes, std::size_t index) {
  return block_at(std::span(bytes), index);
}

}  // namespace

Batches::Batches(const MemoryFiles& before, const MemoryFiles& after)
    : before_(before), after_(after) {
  MemoryFiles files = before;
  MemoryDisk disk(files);
  IdentityRecord identity;
  SegmentList list;
  if (!load_identity(disk, identity).empty()) return;
  const LogStart start = start_in(disk, identity);
  if (!list_segments(disk, identity, start.segment, list).empty() || list.needed.empty()) return;
  SegmentReader reader(disk);
  Collector collector(batches_);
  recover(reader, identity, start.before, list.needed, collector);
}

const WrittenBatch* Batches::find(std::uint64_t lsn) const {
  const auto found = batches_.find(lsn);
  return found == batches_.end() ? nullptr : &found->second;
}

bool Batches::is_hurt(std::uint64_t lsn) const {
  const WrittenBatch* batch = find(lsn);
  if (batch == nullptr) return false;
  for (std::uint32_t i = 0; i < batch->blocks; ++i) {
    if (!is_same(segment_name(batch->place.segment), batch->place.block + i)) return true;
  }
  return false;
}

std::uint64_t Batches::first_hurt() const {
  const auto hurt =
      std::ranges::find_if(batches_, [this](const auto& batch) { return is_hurt(batch.first); });
  return hurt == batches_.end() ? UINT64_MAX : hurt->first;
}

std::uint64_t Batches::known_durable(const IdentityRecord& identity) const {
  return std::max({identity.found.lsn, told_by_batches(identity), told_by_marks(identity)});
}

bool Batches::is_same(const std::string& name, std::size_t block) const {
  const auto old = before_.find(name);
  const auto now = after_.find(name);
  const std::size_t end = (block + 1) * kBlockSize;
  if (old == before_.end() || now == after_.end()) return false;
  if (old->second.size() < end || now->second.size() < end) return false;
  return std::memcmp(&old->second[block * kBlockSize], &now->second[block * kBlockSize],
                     kBlockSize) == 0;
}

std::uint64_t Batches::told_by_batches(const IdentityRecord& identity) const {
  std::uint64_t lsn = 0;
  for (const auto& [unused, batch] : batches_) {
    if (batch.epoch != identity.epoch) continue;
    const std::string name = segment_name(batch.place.segment);
    if (is_same(name, batch.place.block)) lsn = std::max(lsn, lsn_of(batch.durable, batch.epoch));
    for (std::uint32_t i = 0; i < batch.blocks && batch.sequence > kMaxInFlight; ++i) {
      if (!is_same(name, batch.place.block + i)) continue;
      lsn = std::max(lsn, lsn_of(batch.sequence - kMaxInFlight, batch.epoch));
    }
  }
  return lsn;
}

std::uint64_t Batches::told_by_marks(const IdentityRecord& identity) const {
  std::uint64_t lsn = 0;
  for (const auto& [name, bytes] : before_) {
    const auto number = segment_number(name);
    for (std::size_t i = 1; number && i < bytes.size() / kBlockSize; ++i) {
      const std::optional<BlockStamp> stamp = unseal(block_of(bytes, i), identity.secret);
      const bool is_mark = stamp && stamp->kind == static_cast<std::uint32_t>(BlockKind::mark) &&
                           stamp->segment == *number && stamp->epoch == identity.epoch;
      if (is_mark && is_same(name, i)) lsn = std::max(lsn, mark_link(block_of(bytes, i)).lsn);
    }
  }
  return lsn;
}

/// Of an epoch only: what is older the identity tells.
std::uint64_t Batches::lsn_of(std::uint64_t sequence, std::uint32_t epoch) const {
  std::uint64_t lsn = 0;
  for (const auto& [unused, batch] : batches_) {
    if (batch.epoch == epoch && batch.sequence <= sequence) lsn = std::max(lsn, batch.lsn);
  }
  return lsn;
}

}  // namespace decree::wal
