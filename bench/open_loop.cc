#include "bench/open_loop.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

namespace decree::bench {
namespace {

// A timer for each command would be what is measured: what is due within this time is proposed
// together, late by so much at most.
constexpr std::int64_t kTickNs = 50'000;
// A replica that is this far behind does not carry the load.
constexpr std::size_t kMostInFlight = 100'000;

}  // namespace

OpenLoop::OpenLoop(Replica& replica, const LoadRequest& request)
    : replica_(replica),
      request_(request),
      command_(request.payload_bytes, 'x'),
      timer_(replica.executor()) {}

LoadResult OpenLoop::run() {
  const std::future<void> done = done_.get_future();
  boost::asio::post(replica_.executor(), [this] { start(); });
  done.wait();
  LoadResult result = summary(latencies_, now_ns() - start_);
  result.problem = problem_;
  return result;
}

void OpenLoop::start() {
  start_ = now_ns();
  end_ = start_ + static_cast<std::int64_t>(request_.seconds * 1e9);
  arrivals_.emplace(request_.rate_per_s, start_);
  propose_what_is_due();
}

void OpenLoop::propose_what_is_due() {
  const std::int64_t now = now_ns();
  Arrivals& next = *arrivals_;
  for (; next.next_ns() <= std::min(now, end_) && problem_.empty(); next.pass()) {
    propose(next.next_ns());
  }
  if (next.next_ns() > end_ || !problem_.empty()) {
    over_ = true;
    return end_if_done();
  }
  timer_.expires_after(std::chrono::nanoseconds(std::max(next.next_ns() - now, kTickNs)));
  timer_.async_wait([this](const boost::system::error_code&) { propose_what_is_due(); });
}

void OpenLoop::propose(std::int64_t due) {
  if (++in_flight_ > kMostInFlight) problem_ = "the load is more than the replicas carry";
  replica_.async_propose(command_, [this, due](const boost::system::error_code& error,
                                               const Reply&) { completed(due, error); });
}

void OpenLoop::completed(std::int64_t due, const boost::system::error_code& error) {
  if (error) {
    problem_ = error.message();
  } else {
    latencies_.record(static_cast<std::uint64_t>(now_ns() - due));
  }
  --in_flight_;
  end_if_done();
}

void OpenLoop::end_if_done() {
  if (!over_ || in_flight_ != 0) return;
  over_ = false;
  // run() may return, and this object end, while set_value() is still at work.
  std::promise<void> done = std::move(done_);
  done.set_value();
}

}  // namespace decree::bench
