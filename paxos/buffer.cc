#include "paxos/buffer.h"

#include <algorithm>
#include <array>

namespace decree {

/// The oldest first. Without a destructor: buffers are also given back while the thread's other
/// objects go.
struct BufferRef::Spare {
  static constexpr std::size_t kMost = 16;
  static constexpr std::uint32_t kMostUnits = 2048;  // 8 MiB together

  std::array<Block*, kMost> blocks;
  std::size_t count;
  std::uint32_t units;
  bool closed;

  Block* remove(std::size_t at) {
    Block* const block = blocks[at];
    std::move(blocks.begin() + at + 1, blocks.begin() + count, blocks.begin() + at);
    --count;
    units -= block->units;
    return block;
  }
  void add(Block* block) {
    blocks[count++] = block;
    units += block->units;
  }
};

namespace {

/// Sanitizers are to see each end of a buffer.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kKeeps = false;
#else
constexpr bool kKeeps = true;
#endif

}  // namespace

BufferRef::Spare& BufferRef::spare() {
  struct End {
    explicit End(Spare& spare) : spare_(spare) {}
    ~End() {
      while (spare_.count > 0) ::operator delete(spare_.remove(0));
      spare_.closed = true;
    }
    Spare& spare_;
  };
  thread_local Spare spare{};
  thread_local End end(spare);
  return spare;
}

BufferRef::Block* BufferRef::take_large(std::size_t size) {
  const auto units = static_cast<std::uint32_t>((size + kUnit - 1) / kUnit);
  Spare& kept = spare();
  for (std::size_t i = kept.count; i-- > 0;) {
    const std::uint32_t has = kept.blocks[i]->units;
    if (has < units || has / 2 > units) continue;
    return new (kept.remove(i)) Block{1, has, size};
  }
  void* const memory = ::operator new (sizeof(Block) + std::size_t{units} * kUnit);
  return new (memory) Block{1, units, size};
}

void BufferRef::give_back_large(Block* block) {
  Spare& kept = spare();
  const bool fits = kKeeps && !kept.closed && block->units <= Spare::kMostUnits;
  if (!fits) return ::operator delete(block);
  while (kept.count == Spare::kMost || kept.units + block->units > Spare::kMostUnits) {
    ::operator delete(kept.remove(0));
  }
  kept.add(block);
}

}  // namespace decree
