#include <liburing.h>
#include <sched.h>

#include <cerrno>
#include <utility>

#include "bench/floor_io.h"

namespace decree::bench {
namespace {

constexpr unsigned kEntries = 64;
// Completions of the sockets carry their index, those of writes this and their number.
constexpr std::uint64_t kWriteTag = std::uint64_t{1} << 32;

int make_ring(io_uring& ring) {
  io_uring_params params{};
  params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  if (io_uring_queue_init_params(kEntries, &ring, &params) == 0) {
    return 0;
  }
  params = {};  // a kernel before 6.1
  return io_uring_queue_init_params(kEntries, &ring, &params);
}

class UringIo final : public FloorIo {
 public:
  /// Takes over a ring that was made.
  UringIo(io_uring ring, const std::string& file, std::vector<int> sockets, Waiting waiting)
      : FloorIo(file, std::move(sockets)),
        ring_(ring),
        waiting_(waiting),
        receiving_(this->sockets().size()) {}
  UringIo(const UringIo&) = delete;
  UringIo& operator=(const UringIo&) = delete;
  ~UringIo() override { io_uring_queue_exit(&ring_); }

  void turn() override {
    for (std::size_t i = 0; i < receiving_.size(); ++i) {
      receive(i);
    }
    const int result = waiting_ == Waiting::block ? io_uring_submit_and_wait(&ring_, 1)
                                                  : io_uring_submit_and_get_events(&ring_);
    if (result < 0 && result != -EINTR) {
      throw std::system_error(-result, std::generic_category(), "io_uring_enter");
    }
    if (take_completions() == 0) {
      ::sched_yield();  // there may be fewer processors than replicas
    }
  }

  [[nodiscard]] std::string description() const override {
    return direct() ? "io_uring O_DIRECT+RWF_DSYNC" : "io_uring RWF_DSYNC";
  }

 private:
  void receive(std::size_t socket) {
    if (receiving_[socket] || inbox(socket).closed()) {
      return;
    }
    const std::span<std::byte> room = inbox(socket).make_room();
    if (room.empty()) {
      return;
    }
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    io_uring_prep_recv(sqe, sockets()[socket], room.data(), room.size(), 0);
    sqe->user_data = socket;
    receiving_[socket] = true;
  }

  void start_write(std::uint64_t number, std::span<const std::byte> bytes,
                   std::uint64_t offset) override {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    io_uring_prep_write(sqe, file(), bytes.data(), static_cast<unsigned>(bytes.size()), offset);
    sqe->rw_flags = RWF_DSYNC;
    sqe->user_data = kWriteTag + number;
  }

  unsigned take_completions() {
    unsigned taken = 0;
    io_uring_cqe* cqe = nullptr;
    while (io_uring_peek_cqe(&ring_, &cqe) == 0) {
      const std::uint64_t tag = cqe->user_data;
      const std::int64_t result = cqe->res;
      io_uring_cqe_seen(&ring_, cqe);
      ++taken;
      if (tag >= kWriteTag) {
        finish_write(tag - kWriteTag, result);
      } else {
        receiving_[tag] = false;
        inbox(tag).received(result);
      }
    }
    return taken;
  }

  io_uring ring_;
  Waiting waiting_;
  std::vector<bool> receiving_;
};

}  // namespace

std::unique_ptr<FloorIo> make_uring_io(const std::string& file, std::vector<int> sockets,
                                       Waiting waiting) {
  io_uring ring{};
  if (make_ring(ring) < 0) {
    return nullptr;
  }
  return std::make_unique<UringIo>(ring, file, std::move(sockets), waiting);
}

}  // namespace decree::bench
