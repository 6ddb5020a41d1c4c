#include "proactor/proactor.h"

#include <sys/eventfd.h>

#include <cerrno>

#include "proactor/epoll_proactor.h"
#include "proactor/uring_proactor.h"

namespace decree::proactor {

std::unique_ptr<Proactor> Proactor::open(std::error_code& refusal) {
  if (auto uring = UringProactor::open(refusal)) return uring;
  return open_epoll();
}

std::unique_ptr<Proactor> Proactor::open_epoll() { return std::make_unique<EpollProactor>(); }

Proactor::Proactor() : wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_fd_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

// Whoever wakes writes `woken_` and then looks at `asleep_`; who sleeps, the other way round. Both
// in one order for all threads, so at least one of them sees the other.
bool Proactor::wait(std::chrono::nanoseconds most) {
  asleep_.store(true);
  block(woken_.load() ? std::chrono::nanoseconds(0) : most);
  asleep_.store(false);
  dispatch();
  return woken_.exchange(false);
}

void Proactor::wake() noexcept {
  woken_.store(true);
  if (asleep_.exchange(false)) ::eventfd_write(wake_fd_.get(), 1);
}

}  // namespace decree::proactor
