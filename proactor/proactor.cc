#include "proactor/proactor.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "proactor/epoll_proactor.h"
#include "proactor/uring_proactor.h"

namespace decree::proactor {

namespace {

Polling::Time now() { return std::chrono::steady_clock::now().time_since_epoch(); }

}  // namespace

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
bool Proactor::wait(std::chrono::nanoseconds most, bool soon) {
  const bool timed = soon && most.count() > 0 && polling_.enabled();
  const Polling::Time start = timed ? now() : Polling::Time::zero();
  if (timed && polling_.pays(start)) look(start + std::min(most, polling_.most()));
  asleep_.store(true);
  block(woken_.load() ? std::chrono::nanoseconds(0) : most);
  asleep_.store(false);
  if (timed) polling_.waited(now() - start);
  dispatch();
  return woken_.exchange(false);
}

void Proactor::look(Polling::Time until) {
  constexpr int kLooksAYield = 32;  // a microsecond
  start();
  Polling::Time last = now();
  for (int looks = 1; !ready() && !woken_.load() && last < until; ++looks) {
    // Whoever waits for this processor gets it, the kernel's threads behind a write among them.
    if (looks % kLooksAYield == 0) std::this_thread::yield();
    const Polling::Time next = now();
    if (Polling::is_time_slice(next - last)) return polling_.crowded_out(next, next - last);
    last = next;
  }
}

void Proactor::wake() noexcept {
  woken_.store(true);
  if (asleep_.exchange(false)) ::eventfd_write(wake_fd_.get(), 1);
}

}  // namespace decree::proactor
