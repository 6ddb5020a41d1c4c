#include "proactor/uring_proactor.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>

#include "paxos/assert.h"

namespace decree::proactor {
namespace {

constexpr unsigned kEntries = 256;
constexpr unsigned kPollsBeforeStart = 4;

// The completions of the last pair wait in the kernel until the thread asks for them, so that none
// interrupts it; asked for only when the kernel says so in shared memory.
constexpr unsigned kBestFlags = IORING_SETUP_R_DISABLED | IORING_SETUP_SINGLE_ISSUER |
                                IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG;

// What an entry says of whom it belongs to: an operation, one that is no more than a watch, or
// nobody but the proactor, which is told of wake-ups so.
constexpr std::uint64_t kWakeUp = 0;
constexpr std::uint64_t kWatchBit = 1;

std::error_code error_of(int result) { return {-result, std::generic_category()}; }

/// Debian's liburing declares io_uring_enable_rings() and does not export it.
int enable_ring(int fd) {
  const long result =
      ::syscall(__NR_io_uring_register, fd, IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
  return result < 0 ? -errno : 0;
}

void check(int result) {
  const bool fine =
      result >= 0 || result == -ETIME || result == -EINTR || result == -EAGAIN || result == -EBUSY;
  DECREE_ASSERT(fine, "an io_uring works on the thread that it belongs to");
}

}  // namespace

std::unique_ptr<UringProactor> UringProactor::open(std::error_code& error) {
  std::unique_ptr<UringProactor> proactor(new UringProactor);
  error = proactor->set_up();
  if (error) return nullptr;
  return proactor;
}

std::error_code UringProactor::set_up() {
  int result = ::io_uring_queue_init(kEntries, &ring_, kBestFlags);
  if (result == -EINVAL) {  // kernels before 6.1
    result = ::io_uring_queue_init(kEntries, &ring_, IORING_SETUP_R_DISABLED);
  }
  if (result < 0) return error_of(result);
  ready_ = true;
  if ((ring_.features & IORING_FEAT_EXT_ARG) == 0) {  // waits with a time limit
    return std::make_error_code(std::errc::not_supported);
  }
  fixed_.fill(-1);
  fixed_files_ = ::io_uring_register_files_sparse(&ring_, kFixedFiles) == 0;
  watch_wake_ups();
  return {};
}

UringProactor::~UringProactor() {
  if (ready_) ::io_uring_queue_exit(&ring_);
}

// --- Starting.

void UringProactor::make_room(unsigned count) {
  while (::io_uring_sq_space_left(&ring_) < count) start();
}

io_uring_sqe* UringProactor::entry(Operation& operation) {
  io_uring_sqe* entry = ::io_uring_get_sqe(&ring_);
  ::io_uring_sqe_set_data(entry, &operation);
  return entry;
}

void UringProactor::receive(int socket, std::span<std::byte> into, Operation& operation) {
  make_room(1);
  io_uring_sqe* receipt = entry(operation);
  ::io_uring_prep_recv(receipt, socket, into.data(), into.size(), 0);
  began();
}

void UringProactor::watch(int fd, Operation& operation) {
  make_room(1);
  io_uring_sqe* poll = entry(operation);
  ::io_uring_prep_poll_add(poll, fd, POLLIN);
  poll->user_data |= kWatchBit;
}

void UringProactor::watch_wake_ups() {
  make_room(1);
  io_uring_sqe* poll = ::io_uring_get_sqe(&ring_);
  ::io_uring_prep_poll_multishot(poll, wake_fd(), POLLIN);
  poll->user_data = kWakeUp;
}

io_uring_sqe* UringProactor::prepare_write(int fd, std::uint64_t offset,
                                           std::span<const std::byte> bytes, Operation& operation) {
  io_uring_sqe* write = entry(operation);
  ::io_uring_prep_write(write, fd, bytes.data(), static_cast<unsigned>(bytes.size()), offset);
  set_file(write, fd);
  began();
  return write;
}

void UringProactor::write(int fd, std::uint64_t offset, std::span<const std::byte> bytes,
                          bool durably, Operation& operation) {
  make_room(1);
  io_uring_sqe* write = prepare_write(fd, offset, bytes, operation);
  if (durably) write->rw_flags = RWF_DSYNC;
}

void UringProactor::write_and_sync(int fd, std::uint64_t offset, std::span<const std::byte> bytes,
                                   Operation& written, Operation& synced) {
  make_room(2);
  io_uring_sqe* write = prepare_write(fd, offset, bytes, written);
  write->flags |= IOSQE_IO_LINK;
  io_uring_sqe* sync = entry(synced);
  ::io_uring_prep_fsync(sync, fd, IORING_FSYNC_DATASYNC);
  set_file(sync, fd);
  began();
}

void UringProactor::set_file(io_uring_sqe* entry, int fd) {
  const int index = fixed_index(fd);
  if (index < 0) return;
  entry->fd = index;
  entry->flags |= IOSQE_FIXED_FILE;
}

int UringProactor::fixed_index(int fd) {
  if (!fixed_files_) return -1;
  const auto found = std::find(fixed_.begin(), fixed_.end(), fd);
  if (found != fixed_.end()) return static_cast<int>(found - fixed_.begin());
  const unsigned index = next_fixed_++ % kFixedFiles;
  if (::io_uring_register_files_update(&ring_, index, &fd, 1) != 1) return -1;
  fixed_.at(index) = fd;
  return static_cast<int>(index);
}

void UringProactor::forget(int fd) {
  const auto found = std::find(fixed_.begin(), fixed_.end(), fd);
  if (found == fixed_.end() || fd < 0) return;
  const int none = -1;
  ::io_uring_register_files_update(&ring_, static_cast<unsigned>(found - fixed_.begin()), &none, 1);
  *found = -1;
}

// --- Waiting.

void UringProactor::enable() {
  if (enabled_) return;
  check(enable_ring(ring_.ring_fd));
  enabled_ = true;
}

void UringProactor::start() {
  enable();
  polls_ = 0;
  if (::io_uring_sq_ready(&ring_) != 0) check(::io_uring_submit(&ring_));
}

// The kernel says in shared memory whether there is something that it only completes when asked.
bool UringProactor::ready() const {
  constexpr unsigned kAsk = IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW;
  return ::io_uring_cq_ready(&ring_) != 0 || (IO_URING_READ_ONCE(*ring_.sq.kflags) & kAsk) != 0;
}

void UringProactor::block(std::chrono::nanoseconds most) {
  enable();
  if (most.count() <= 0 || ::io_uring_cq_ready(&ring_) != 0) {
    // Whoever only looks has work to do, and is likely to start more: it goes together.
    if (++polls_ == kPollsBeforeStart) start();
    return;
  }
  constexpr std::int64_t kSecond = 1'000'000'000;
  __kernel_timespec time{most.count() / kSecond, most.count() % kSecond};
  io_uring_cqe* first = nullptr;
  check(::io_uring_submit_and_wait_timeout(&ring_, &first, 1, &time, nullptr));
}

// Peeking asks the kernel for what waits there, if there is such a thing.
void UringProactor::dispatch() {
  io_uring_cqe* next = nullptr;
  while (::io_uring_peek_cqe(&ring_, &next) == 0) {
    const io_uring_cqe done = *next;
    ::io_uring_cqe_seen(&ring_, next);
    if (done.user_data == kWakeUp) {
      if ((done.flags & IORING_CQE_F_MORE) == 0) watch_wake_ups();
      continue;
    }
    if ((done.user_data & kWatchBit) == 0) ended();
    std::bit_cast<Operation*>(done.user_data & ~kWatchBit)->completed(done.res);
  }
}

}  // namespace decree::proactor
