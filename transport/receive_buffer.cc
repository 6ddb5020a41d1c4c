#include "transport/receive_buffer.h"

#include <algorithm>
#include <cstring>

#include "paxos/assert.h"

namespace decree::transport {

std::span<std::byte> ReceiveBuffer::space(std::size_t next_frame_bytes) {
  if (begin_ == end_ && memory_.unique()) {
    begin_ = end_ = 0;
    if (memory_.bytes().size() > cycle_.size()) memory_ = {};  // of one large frame
  }
  const std::size_t size = memory_.bytes().size();
  if (end_ == size || size - begin_ < next_frame_bytes) move(next_frame_bytes);
  return memory_.bytes().subspan(end_);
}

void ReceiveBuffer::move(std::size_t needed) {
  const std::span<const std::byte> rest = unread();
  const std::size_t size = std::max(cycle_.size(), needed);
  const bool in_place = memory_.unique() && memory_.bytes().size() == size && begin_ > 0;
  BufferRef memory = memory_;
  if (!in_place) memory = size == cycle_.size() ? cycle_.next(memory_) : BufferRef::allocate(size);
  if (!rest.empty()) std::memmove(memory.bytes().data(), rest.data(), rest.size());
  memory_ = std::move(memory);
  begin_ = 0;
  end_ = rest.size();
}

Payload ReceiveBuffer::take(std::size_t size) {
  DECREE_ASSERT(size % 8 == 0 && size <= end_ - begin_, "a frame is taken whole");
  Payload frame{unread().first(size), memory_};
  begin_ += size;
  return frame;
}

}  // namespace decree::transport
