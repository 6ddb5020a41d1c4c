#include "wal/slot_index.h"

#include <algorithm>

namespace decree::wal {
namespace {

constexpr std::uint32_t kExtentBlocks = 16;

}  // namespace

void SlotIndex::add(Place place, std::uint32_t blocks, std::uint32_t epoch,
                    const Summary& summary) {
  const std::uint32_t end = place.block + blocks;
  const auto belongs = [&](const Extent& extent) {
    return extent.segment == place.segment && extent.epoch == epoch &&
           end - extent.block <= kExtentBlocks;
  };
  if (extents_.empty() || !belongs(extents_.back())) {
    extents_.push_back({place.segment, place.block, 0, epoch, 0, 0, 0});
  }
  Extent& extent = extents_.back();
  extent.count = end - extent.block;
  ++extent.batches;
  if (summary.first_slot == 0) return;
  const bool first = extent.first_slot == 0;
  extent.first_slot = first ? summary.first_slot : std::min(extent.first_slot, summary.first_slot);
  extent.last_slot = std::max(extent.last_slot, summary.last_slot);
}

}  // namespace decree::wal
