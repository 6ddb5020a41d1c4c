#include "proactor/epoll_proactor.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "paxos/assert.h"

namespace decree::proactor {

EpollProactor::EpollProactor() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  epoll_event wake_ups{};
  wake_ups.events = EPOLLIN | EPOLLET;
  wake_ups.data.fd = wake_fd();
  if (!epoll_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_fd(), &wake_ups) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll");
  }
}

void EpollProactor::receive(int socket, std::span<std::byte> into, Operation& operation) {
  wanted_[socket] = {into, &operation};
  began();
  arm(socket);
}

void EpollProactor::watch(int fd, Operation& operation) {
  wanted_[fd] = {{}, &operation};
  arm(fd);
}

void EpollProactor::arm(int fd) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
  event.data.fd = fd;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0) return;
  const bool added = errno == ENOENT && ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
  DECREE_ASSERT(added, "what is waited for can be polled");
}

void EpollProactor::block(std::chrono::nanoseconds most) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const timespec time{most.count() / kSecond, most.count() % kSecond};
  const int ready = ::epoll_pwait2(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                                   &time, nullptr);
  ready_ = static_cast<std::size_t>(std::max(ready, 0));
}

void EpollProactor::dispatch() {
  for (const epoll_event& event : std::span(events_).first(std::exchange(ready_, 0))) {
    readable(event.data.fd);
  }
}

void EpollProactor::readable(int fd) {
  const auto found = wanted_.find(fd);
  if (found == wanted_.end()) return;
  const Wanted wanted = found->second;
  int result = 0;
  if (!wanted.into.empty()) {
    const auto size = ::recv(fd, wanted.into.data(), wanted.into.size(), MSG_DONTWAIT);
    result = size < 0 ? -errno : static_cast<int>(size);
    if (result == -EAGAIN || result == -EINTR) return arm(fd);
    ended();
  }
  wanted_.erase(found);
  wanted.operation->completed(result);
}

}  // namespace decree::proactor
