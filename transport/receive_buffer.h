// Where the bytes of a connection arrive, and where frames stay.
#ifndef DECREE_TRANSPORT_RECEIVE_BUFFER_H_
#define DECREE_TRANSPORT_RECEIVE_BUFFER_H_

#include <cstddef>
#include <span>

#include "paxos/buffer.h"
#include "transport/slabs.h"

namespace decree::transport {

/// Frames are handed out in place, 8-byte aligned, and share the memory. When it is full, the frame
/// that is not yet complete moves to new memory, or to the front if nobody holds the old. One
/// thread.
class ReceiveBuffer {
 public:
  /// `capacity`: of one piece of memory, a multiple of 8.
  explicit ReceiveBuffer(std::size_t capacity) : cycle_(capacity) {}

  /// From the next move on.
  void set_capacity(std::size_t capacity) { cycle_ = BufferCycle(capacity); }
  /// Where to read to; never empty. `next_frame_bytes`: what the next frame needs as a whole (its
  /// header has been checked), or the size of a header.
  std::span<std::byte> space(std::size_t next_frame_bytes);
  /// `size` bytes were read to space().
  void received(std::size_t size) { end_ += size; }

  [[nodiscard]] std::span<const std::byte> unread() const {
    return memory_.bytes().subspan(begin_, end_ - begin_);
  }
  /// The first `size` unread bytes, a whole frame.
  Payload take(std::size_t size);

 private:
  void move(std::size_t needed);

  BufferCycle cycle_;
  std::size_t begin_ = 0;  // of what is unread
  std::size_t end_ = 0;    // of what was received
  BufferRef memory_;
};

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_RECEIVE_BUFFER_H_
