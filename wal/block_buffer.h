// Block-aligned memory for batches, recycled so that appending allocates nothing in steady state.
#ifndef DECREE_WAL_BLOCK_BUFFER_H_
#define DECREE_WAL_BLOCK_BUFFER_H_

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace decree::wal {

/// Owns whole blocks, uninitialised. Move-only.
class BlockBuffer {
 public:
  BlockBuffer() = default;
  explicit BlockBuffer(std::size_t blocks);

  [[nodiscard]] std::span<std::byte> bytes() const { return {memory_.get(), size_}; }
  [[nodiscard]] std::size_t blocks() const;
  explicit operator bool() const { return memory_ != nullptr; }

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::unique_ptr<std::byte, Free> memory_;
  std::size_t size_ = 0;
};

/// Keeps returned buffers by size class: powers of two.
class BufferPool {
 public:
  /// At least so many blocks.
  BlockBuffer take(std::size_t blocks);
  void give(BlockBuffer buffer);

 private:
  static constexpr std::size_t kClasses = 20;  // up to 2 GiB
  std::array<std::vector<BlockBuffer>, kClasses> free_;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_BLOCK_BUFFER_H_
