#include "transport/send_queue.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "paxos/assert.h"

namespace decree::transport {

bool SendQueue::push(const Payload& frame) {
  if (frame.size() > max_bytes_ - bytes_) return false;
  // A queue that never runs empty must not grow at its tail only.
  if (head_ > 0 && head_ * 2 >= frames_.size()) {
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  frames_.push_back(frame);
  bytes_ += frame.size();
  return true;
}

SendQueue::Written SendQueue::write(int socket) {
  if (empty()) return Written::everything;
  std::array<iovec, IOV_MAX> parts;
  const std::size_t count = std::min<std::size_t>(frames_.size() - head_, parts.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t skip = i == 0 ? head_offset_ : 0;
    const std::span<const std::byte> rest = frames_[head_ + i].view.subspan(skip);
    parts[i] = {const_cast<std::byte*>(rest.data()), rest.size()};
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  const ssize_t sent = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) {
    const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    return later ? Written::a_part : Written::failed;
  }
  drop_written(static_cast<std::size_t>(sent));
  return empty() ? Written::everything : Written::a_part;
}

void SendQueue::drop_written(std::size_t size) {
  DECREE_ASSERT(size <= bytes_, "no more is written than was queued");
  bytes_ -= size;
  for (head_offset_ += size; !empty() && head_offset_ >= frames_[head_].size(); ++head_) {
    head_offset_ -= frames_[head_].size();
    frames_[head_] = {};
  }
  if (empty()) clear();
}

void SendQueue::clear() {
  frames_.clear();
  bytes_ = head_ = head_offset_ = 0;
}

}  // namespace decree::transport
