// What waits to be sent to one peer.
#ifndef DECREE_TRANSPORT_SEND_QUEUE_H_
#define DECREE_TRANSPORT_SEND_QUEUE_H_

#include <cstddef>
#include <vector>

#include "paxos/buffer.h"

namespace decree::transport {

/// References to frames, in order, at most `max_bytes` of them. One thread.
class SendQueue {
 public:
  enum class Written { everything, a_part, failed };

  explicit SendQueue(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// False, and nothing is queued, if the bound would be exceeded.
  bool push(const Payload& frame);
  /// One non-blocking system call. After `a_part` the socket is worth trying again once it is
  /// writable; after `failed` the connection is broken and errno says why.
  Written write(int socket);
  void clear();

  [[nodiscard]] bool empty() const { return head_ == frames_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void drop_written(std::size_t size);

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;        // not yet written
  std::size_t head_ = 0;         // the first frame that is not yet written
  std::size_t head_offset_ = 0;  // what of it is written
  std::vector<Payload> frames_;  // those before head_ are empty; keeps its memory
};

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_SEND_QUEUE_H_
