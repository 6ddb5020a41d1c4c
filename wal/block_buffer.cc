#include "wal/block_buffer.h"

#include <bit>
#include <new>
#include <utility>

#include "paxos/assert.h"
#include "wal/disk.h"

namespace decree::wal {
namespace {

constexpr std::align_val_t kAlignment{kBlockSize};
constexpr std::size_t kSmallBlocks = 16;
constexpr std::size_t kKeepSmall = 64;  // more than are ever in flight
constexpr std::size_t kKeepLarge = 4;

std::size_t class_of(std::size_t blocks) {
  return static_cast<std::size_t>(std::bit_width(blocks - 1));
}

}  // namespace

BlockBuffer::BlockBuffer(std::size_t blocks)
    : memory_(static_cast<std::byte*>(::operator new(blocks* kBlockSize, kAlignment))),
      size_(blocks * kBlockSize) {}

std::size_t BlockBuffer::blocks() const { return size_ / kBlockSize; }

void BlockBuffer::Free::operator()(std::byte* memory) const {
  ::operator delete(memory, kAlignment);
}

BlockBuffer BufferPool::take(std::size_t blocks) {
  DECREE_ASSERT(blocks > 0, "a buffer holds at least one block");
  const std::size_t size_class = class_of(blocks);
  std::vector<BlockBuffer>& free = free_.at(size_class);
  if (free.empty()) return BlockBuffer(std::size_t{1} << size_class);
  BlockBuffer buffer = std::move(free.back());
  free.pop_back();
  return buffer;
}

void BufferPool::give(BlockBuffer buffer) {
  if (!buffer) return;
  const std::size_t keep = buffer.blocks() <= kSmallBlocks ? kKeepSmall : kKeepLarge;
  std::vector<BlockBuffer>& free = free_.at(class_of(buffer.blocks()));
  if (free.size() < keep) free.push_back(std::move(buffer));
}

}  // namespace decree::wal
