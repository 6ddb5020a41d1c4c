#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <utility>

#include "bench/floor_io.h"

namespace decree::bench {
namespace {

class PlainIo final : public FloorIo {
 public:
  PlainIo(const std::string& file, std::vector<int> sockets, Waiting waiting)
      : FloorIo(file, std::move(sockets)), waiting_(waiting) {
    for (const int socket : this->sockets()) {
      polled_.push_back({.fd = socket, .events = POLLIN, .revents = 0});
    }
  }

  void turn() override {
    const int timeout_ms = waiting_ == Waiting::block ? -1 : 0;
    const int ready = checked(::poll(polled_.data(), polled_.size(), timeout_ms), "poll");
    if (ready == 0) {
      ::sched_yield();  // there may be fewer processors than replicas
    }
    for (std::size_t i = 0; i < polled_.size(); ++i) {
      if (polled_[i].revents != 0) {
        receive(i);
      }
    }
  }

  [[nodiscard]] std::string description() const override {
    return direct() ? "pwritev2 O_DIRECT+RWF_DSYNC" : "pwritev2 RWF_DSYNC";
  }

 private:
  void receive(std::size_t socket) {
    const std::span<std::byte> room = inbox(socket).make_room();
    const ssize_t n = ::recv(polled_[socket].fd, room.data(), room.size(), MSG_DONTWAIT);
    inbox(socket).received(n < 0 ? -errno : n);
    if (inbox(socket).closed()) {
      polled_[socket].fd = -1;
    }
  }

  void start_write(std::uint64_t number, std::span<const std::byte> bytes,
                   std::uint64_t offset) override {
    const iovec part{.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
    const ssize_t n = ::pwritev2(file(), &part, 1, static_cast<off_t>(offset), RWF_DSYNC);
    finish_write(number, n < 0 ? -errno : n);
  }

  Waiting waiting_;
  std::vector<pollfd> polled_;
};

}  // namespace

std::unique_ptr<FloorIo> make_plain_io(const std::string& file, std::vector<int> sockets,
                                       Waiting waiting) {
  return std::make_unique<PlainIo>(file, std::move(sockets), waiting);
}

}  // namespace decree::bench
