// Small buffers out of large ones: how steady state allocates nothing.
#ifndef DECREE_TRANSPORT_SLABS_H_
#define DECREE_TRANSPORT_SLABS_H_

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "paxos/assert.h"
#include "paxos/buffer.h"
#include "paxos/ring.h"

namespace decree::transport {

/// Large buffers of one size, each used again once nobody holds it any more. One thread.
class BufferCycle {
 public:
  explicit BufferCycle(std::size_t size) : size_(size) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Takes back what was used, if it has that size, for something to use next.
  BufferRef next(BufferRef used) {
    if (used.bytes().size() == size_) used_.push_back(std::move(used));
    // They are let go of in the order of their use, or nearly so.
    if (used_.empty() || (!used_.front().unique() && used_.size() < kMostKept)) {
      return BufferRef::allocate(size_);
    }
    BufferRef oldest = used_.pop_front();
    return oldest.unique() ? oldest : BufferRef::allocate(size_);
  }

 private:
  static constexpr std::size_t kMostKept = 256;

  std::size_t size_;
  Ring<BufferRef> used_;  // the oldest first
};

/// Small pieces of large buffers. One thread.
class Slabs {
 public:
  /// Writable memory, a multiple of 8 bytes from an aligned address on.
  struct Piece {
    std::span<std::byte> bytes;
    BufferRef owner;
  };

  /// `size` uninitialised bytes or a few more: no two pieces have one address.
  Piece take(std::size_t size) {
    size = std::max((size + kAlignment - 1) / kAlignment * kAlignment, kAlignment);
    if (size > kLargestPiece) {
      const BufferRef own = BufferRef::allocate(size);
      return {own.bytes(), own};
    }
    if (size > left_) {
      slab_ = cycle_.next(std::move(slab_));
      left_ = kSlabBytes;
    }
    left_ -= size;
    return {slab_.bytes().subspan(left_, size), slab_};
  }
  /// Of the piece that was taken last only the end is needed: a multiple of 8 bytes.
  void keep_end(Piece& piece, std::size_t size) {
    DECREE_ASSERT(size <= piece.bytes.size() && size % kAlignment == 0, "an end of the piece");
    const std::size_t rest = piece.bytes.size() - size;
    piece.bytes = piece.bytes.last(size);
    if (piece.owner.bytes().data() == slab_.bytes().data()) left_ += rest;
  }

 private:
  static constexpr std::size_t kAlignment = 8;
  static constexpr std::size_t kSlabBytes = 256u << 10;
  static constexpr std::size_t kLargestPiece = kSlabBytes / 4;

  BufferCycle cycle_{kSlabBytes};
  BufferRef slab_;        // cut from its end downwards
  std::size_t left_ = 0;  // of it
};

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_SLABS_H_
