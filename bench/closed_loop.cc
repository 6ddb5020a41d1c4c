#include "bench/closed_loop.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace decree::bench {

ClosedLoop::ClosedLoop(Replica& replica, const LoadRequest& request)
    : replica_(replica),
      request_(request),
      command_(request.payload_bytes, 'x'),
      due_(request.outstanding) {}

LoadResult ClosedLoop::run() {
  const std::future<void> done = done_.get_future();
  boost::asio::post(replica_.executor(), [this] { start(); });
  done.wait();
  LoadResult result = summary(latencies_, now_ns() - start_);
  result.problem = problem_;
  return result;
}

void ClosedLoop::start() {
  start_ = now_ns();
  end_ = start_ + static_cast<std::int64_t>(request_.seconds * 1e9);
  in_flight_ = due_.size();
  for (std::size_t place = 0; place < due_.size(); ++place) {
    propose(place, start_);
  }
}

void ClosedLoop::propose(std::size_t place, std::int64_t due) {
  due_[place] = due;
  replica_.async_propose(command_, [this, place](const boost::system::error_code& error,
                                                 const Reply&) { completed(place, error); });
}

void ClosedLoop::completed(std::size_t place, const boost::system::error_code& error) {
  const std::int64_t now = now_ns();
  if (error) {
    problem_ = error.message();
  } else {
    latencies_.record(static_cast<std::uint64_t>(now - due_[place]));
  }
  if (now < end_ && problem_.empty()) {
    propose(place, now);
  } else if (--in_flight_ == 0) {
    // run() may return, and this object end, while set_value() is still at work.
    std::promise<void> done = std::move(done_);
    done.set_value();
  }
}

}  // namespace decree::bench
