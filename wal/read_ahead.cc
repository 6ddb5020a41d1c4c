#include "wal/read_ahead.h"

#include <cerrno>
#include <utility>

#include "paxos/assert.h"

namespace decree::wal {

std::unique_ptr<ReadAhead> ReadAhead::open() {
  std::unique_ptr<ReadAhead> made(new ReadAhead);
  if (::io_uring_queue_init(1, &made->ring_, 0) == 0) return made;
  made->ring_.ring_fd = -1;
  return nullptr;
}

ReadAhead::~ReadAhead() {
  if (ring_.ring_fd < 0) return;
  static_cast<void>(finish());
  ::io_uring_queue_exit(&ring_);
}

bool ReadAhead::start(int fd, std::uint64_t offset, std::span<std::byte> into) {
  static_cast<void>(finish());
  io_uring_sqe* entry = ::io_uring_get_sqe(&ring_);
  ::io_uring_prep_read(entry, fd, into.data(), static_cast<unsigned>(into.size()), offset);
  if (::io_uring_submit(&ring_) != 1) return false;
  fd_ = fd;
  offset_ = offset;
  into_ = into;
  return true;
}

bool ReadAhead::finish() {
  if (std::exchange(fd_, -1) < 0) return false;
  io_uring_cqe* end = nullptr;
  int waited = -EINTR;
  while (waited == -EINTR) waited = ::io_uring_wait_cqe(&ring_, &end);
  DECREE_ASSERT(waited == 0, "a read that was started ends");
  const bool whole = end->res >= 0 && static_cast<std::size_t>(end->res) == into_.size();
  ::io_uring_cqe_seen(&ring_, end);
  return whole;
}

}  // namespace decree::wal
