#include "proactor/asio_source.h"

#include <boost/asio/detail/reactor.hpp>
#include <boost/asio/detail/scheduler.hpp>

namespace decree::proactor {

namespace {

// Asio cannot be asked where it waits. The language lets an explicit instantiation name what is
// private; with an Asio that is made otherwise this file does not compile.
namespace detail = boost::asio::detail;
using Reactor = detail::epoll_reactor;
using Scheduler = detail::scheduler;

int epoll_of(Reactor& reactor);
/// From here on it looks as if a thread waited in the reactor: whoever posts a handler makes the
/// epoll instance readable. False if there are handlers to run first.
bool rest(Scheduler& scheduler);

template <auto Epoll>
struct OpenReactor {
  friend int epoll_of(Reactor& reactor) { return reactor.*Epoll; }
};
template struct OpenReactor<&Reactor::epoll_fd_>;

template <auto Mutex, auto Queue, auto Interrupted>
struct OpenScheduler {
  friend bool rest(Scheduler& scheduler) {
    const detail::conditionally_enabled_mutex::scoped_lock lock(scheduler.*Mutex);
    // One place in the queue is that of the reactor itself.
    using Access = detail::op_queue_access;
    if (Access::front(scheduler.*Queue) != Access::back(scheduler.*Queue)) return false;
    scheduler.*Interrupted = false;
    return true;
  }
};
template struct OpenScheduler<&Scheduler::mutex_, &Scheduler::op_queue_,
                              &Scheduler::task_interrupted_>;

}  // namespace

AsioSource::AsioSource(Proactor& proactor) : proactor_(proactor) {
  boost::asio::use_service<Reactor>(io_).init_task();
}

void AsioSource::completed(int) { ready_ = true; }

void AsioSource::run() {
  if (!ready_) return;
  do {
    io_.poll();
  } while (!rest(boost::asio::use_service<Scheduler>(io_)));
  ready_ = false;
  proactor_.watch(epoll_of(boost::asio::use_service<Reactor>(io_)), *this);
}

}  // namespace decree::proactor
