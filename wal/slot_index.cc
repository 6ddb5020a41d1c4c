#include "wal/slot_index.h"

#include <algorithm>

namespace decree::wal {
namespace {

constexpr std::uint32_t kExtentBlocks = 16;

}  // namespace

void SlotIndex::add(Place place, std::uint32_t blocks, const SlotRange& slots, const Link& batch) {
  const std::uint32_t end = place.block + blocks;
  const auto belongs = [&](const Extent& extent) {
    // With no more between than a mark: what is damaged there is not to be taken for a part of it.
    return extent.segment == place.segment && extent.epoch == batch.epoch &&
           place.block <= extent.block + extent.count + 1 && end - extent.block <= kExtentBlocks;
  };
  if (starts_.empty() || starts_.back().segment != place.segment) {
    starts_.push_back({place.segment, last_});
  }
  last_ = batch;
  if (extents_.empty() || !belongs(extents_.back())) {
    extents_.push_back({place.segment, place.block, 0, batch.epoch, 0, 0, 0});
  }
  Extent& extent = extents_.back();
  extent.count = end - extent.block;
  ++extent.batches;
  if (slots.first == 0) return;
  const bool first = extent.first_slot == 0;
  extent.first_slot = first ? slots.first : std::min(extent.first_slot, slots.first);
  extent.last_slot = std::max(extent.last_slot, slots.last);
}

Slot SlotIndex::reach(Slot first, std::uint64_t bytes) const {
  std::uint64_t found = 0;
  for (const Extent& extent : extents_) {
    if (extent.last_slot < first.value) continue;
    found += std::uint64_t{extent.count} * kBlockSize;
    if (found >= bytes) return Slot{extent.last_slot};
  }
  return Slot{UINT64_MAX};
}

LogStart SlotIndex::start_behind(Slot last, std::uint64_t kept_segments) const {
  if (extents_.empty()) return start_;
  const auto needed = std::find_if(extents_.begin(), extents_.end(), [&](const Extent& extent) {
    return extent.last_slot > last.value;
  });
  LogStart start;
  const std::uint64_t newest = extents_.back().segment;
  start.segment = needed == extents_.end() ? newest : needed->segment;
  start.segment = std::min(start.segment, newest - std::min(newest, kept_segments));
  start.segment = std::max(start.segment, starts_.front().segment);
  const auto begun = std::find_if(starts_.begin(), starts_.end(), [&](const SegmentStart& each) {
    return each.segment >= start.segment;
  });
  start.segment = begun->segment;  // some have no batches
  start.before = begun->before;
  start.dropped = start_.dropped;
  for (const Extent& extent : extents_) {
    if (extent.segment == start.segment) break;
    start.dropped = std::max(start.dropped, Slot{extent.last_slot});
  }
  return start;
}

LogStart SlotIndex::start_at(std::uint64_t segment, const Link& newest) const {
  return {segment, newest, std::max(start_.dropped, last_slot())};
}

Slot SlotIndex::last_slot() const {
  std::uint64_t last = 0;
  for (const Extent& extent : extents_) last = std::max(last, extent.last_slot);
  return Slot{last};
}

void SlotIndex::begin_at(const LogStart& start) {
  start_ = start;
  std::erase_if(extents_, [&](const Extent& extent) { return extent.segment < start.segment; });
  std::erase_if(starts_, [&](const SegmentStart& each) { return each.segment < start.segment; });
}

}  // namespace decree::wal
