#include "wal/uring_queue.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "paxos/assert.h"

namespace decree::wal {
namespace {

constexpr unsigned kEntries = 64;
constexpr std::uint64_t kSyncBit = 1;

// The completions of the last pair wait in the kernel until the thread asks for them, so that none
// interrupts it; asked for only when the kernel says so in shared memory.
constexpr unsigned kBestFlags = IORING_SETUP_R_DISABLED | IORING_SETUP_SINGLE_ISSUER |
                                IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG;

std::error_code error_of(int result) { return {-result, std::generic_category()}; }

/// Debian's liburing declares io_uring_enable_rings() and does not export it.
std::error_code enable(const io_uring& ring) {
  const long result =
      ::syscall(__NR_io_uring_register, ring.ring_fd, IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
  return result < 0 ? std::error_code(errno, std::generic_category()) : std::error_code();
}

bool passing(int result) { return result == -EINTR || result == -EAGAIN || result == -EBUSY; }

}  // namespace

std::unique_ptr<UringQueue> UringQueue::open(WriteMode mode, int event_fd, std::error_code& error) {
  std::unique_ptr<UringQueue> queue(new UringQueue(mode));
  error = queue->set_up(event_fd);
  if (error) return nullptr;
  return queue;
}

std::error_code UringQueue::set_up(int event_fd) {
  int result = ::io_uring_queue_init(kEntries, &ring_, kBestFlags);
  if (result == -EINVAL) {  // kernels before 6.1
    result = ::io_uring_queue_init(kEntries, &ring_, IORING_SETUP_R_DISABLED);
  }
  if (result < 0) return error_of(result);
  ready_ = true;
  fixed_.fill(-1);
  fixed_files_ = ::io_uring_register_files_sparse(&ring_, kFixedFiles) == 0;
  result = ::io_uring_register_eventfd(&ring_, event_fd);
  return result < 0 ? error_of(result) : std::error_code();
}

UringQueue::~UringQueue() {
  if (ready_) ::io_uring_queue_exit(&ring_);
}

void UringQueue::submit_write(int fd, std::uint64_t offset, std::span<const std::byte> bytes,
                              std::uint64_t token) {
  const std::uint32_t index = free_operation();
  const bool sync_follows = mode_ != WriteMode::direct_dsync;
  operations_[index] = {DurableWrite(offset, bytes, sync_follows), fd, token, true};
  prepare(index);
}

std::uint32_t UringQueue::free_operation() {
  if (free_.empty()) {
    operations_.emplace_back();
    return static_cast<std::uint32_t>(operations_.size() - 1);
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  return index;
}

io_uring_sqe* UringQueue::next_entry() {
  io_uring_sqe* entry = ::io_uring_get_sqe(&ring_);
  DECREE_ASSERT(entry != nullptr, "there are entries for all that the log keeps under way");
  ++prepared_;
  flushed_ = false;
  return entry;
}

void UringQueue::prepare(std::uint32_t index) {
  const Operation& operation = operations_[index];
  const bool sync_follows = operation.write.sync_follows();
  if (::io_uring_sq_space_left(&ring_) < 2) flush();
  io_uring_sqe* write = next_entry();
  const std::span<const std::byte> rest = operation.write.rest();
  ::io_uring_prep_write(write, operation.fd, rest.data(), static_cast<unsigned>(rest.size()),
                        operation.write.offset());
  if (mode_ == WriteMode::direct_dsync) write->rw_flags = RWF_DSYNC;
  set_file(write, operation.fd);
  if (sync_follows) write->flags |= IOSQE_IO_LINK;
  write->user_data = std::uint64_t{index} << 1;
  if (!sync_follows) return;
  io_uring_sqe* sync = next_entry();
  ::io_uring_prep_fsync(sync, operation.fd, IORING_FSYNC_DATASYNC);
  set_file(sync, operation.fd);
  sync->user_data = std::uint64_t{index} << 1 | kSyncBit;
}

void UringQueue::set_file(io_uring_sqe* entry, int fd) {
  const int index = fixed_index(fd);
  if (index < 0) return;
  entry->fd = index;
  entry->flags |= IOSQE_FIXED_FILE;
}

int UringQueue::fixed_index(int fd) {
  if (!fixed_files_) return -1;
  const auto found = std::find(fixed_.begin(), fixed_.end(), fd);
  if (found != fixed_.end()) return static_cast<int>(found - fixed_.begin());
  const unsigned index = next_fixed_++ % kFixedFiles;
  if (::io_uring_register_files_update(&ring_, index, &fd, 1) != 1) return -1;
  fixed_.at(index) = fd;
  return static_cast<int>(index);
}

void UringQueue::forget(int fd) {
  const auto found = std::find(fixed_.begin(), fixed_.end(), fd);
  if (found == fixed_.end() || fd < 0) return;
  const int none = -1;
  ::io_uring_register_files_update(&ring_, static_cast<unsigned>(found - fixed_.begin()), &none, 1);
  *found = -1;
}

void UringQueue::flush() {
  flushed_ = true;
  if (prepared_ == 0 || broken_) return;
  if (!enabled_) {
    broken_ = enable(ring_);
    enabled_ = !broken_;
    if (broken_) return;
  }
  const int result = ::io_uring_submit(&ring_);
  if (result >= 0) {
    prepared_ -= static_cast<unsigned>(result);
  } else if (!passing(result)) {
    broken_ = error_of(result);
  }
}

bool UringQueue::has_completions() const {
  if (!enabled_) return false;
  const unsigned flags = IO_URING_READ_ONCE(*ring_.sq.kflags);
  const bool waiting = (flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
  return waiting || ::io_uring_cq_ready(&ring_) != 0;
}

void UringQueue::reap(std::vector<Completion>& completions) {
  if (enabled_) {
    const unsigned flags = IO_URING_READ_ONCE(*ring_.sq.kflags);
    if ((flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0) ::io_uring_get_events(&ring_);
    io_uring_cqe* entry = nullptr;
    while (::io_uring_peek_cqe(&ring_, &entry) == 0) {
      const io_uring_cqe copy = *entry;
      ::io_uring_cqe_seen(&ring_, entry);
      take(copy, completions);
    }
  }
  if (flushed_) flush();  // what was refused for the moment
  if (!broken_) return;
  for (Operation& operation : operations_) {
    if (operation.used) finish(operation, broken_, completions);
  }
}

void UringQueue::take(const io_uring_cqe& entry, std::vector<Completion>& completions) {
  const auto index = static_cast<std::uint32_t>(entry.user_data >> 1);
  Operation& operation = operations_.at(index);
  if (!operation.used) return;
  const bool sync = (entry.user_data & kSyncBit) != 0;
  const DurableWrite::Next next =
      sync ? operation.write.on_sync(entry.res) : operation.write.on_write(entry.res);
  if (next == DurableWrite::Next::again) {
    prepare(index);
    flush();
  }
  if (next == DurableWrite::Next::done) finish(operation, operation.write.error(), completions);
}

void UringQueue::finish(Operation& operation, std::error_code error,
                        std::vector<Completion>& completions) {
  completions.push_back({operation.token, error});
  operation.used = false;
  free_.push_back(static_cast<std::uint32_t>(&operation - operations_.data()));
}

}  // namespace decree::wal
