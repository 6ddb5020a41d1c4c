#include "bench/closed_loop.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace decree::bench {

ClosedLoop::ClosedLoop(Replica& replica, const LoadRequest& request)
    : replica_(replica), request_(request), command_(request.payload_bytes, 'x') {}

LoadResult ClosedLoop::run() {
  const std::future<void> done = done_.get_future();
  boost::asio::post(replica_.executor(), [this] { start(); });
  done.wait();
  return times_->result();
}

void ClosedLoop::start() {
  times_.emplace(request_);
  for (std::size_t place = 0; place < times_->places(); ++place) {
    propose(place);
  }
}

void ClosedLoop::propose(std::size_t place) {
  replica_.async_propose(command_, [this, place](const boost::system::error_code& error,
                                                 const Reply&) { completed(place, error); });
}

void ClosedLoop::completed(std::size_t place, const boost::system::error_code& error) {
  if (times_->completed(place, error ? error.message() : std::string())) {
    propose(place);
  } else if (times_->over()) {
    // run() may return, and this object end, while set_value() is still at work.
    std::promise<void> done = std::move(done_);
    done.set_value();
  }
}

}  // namespace decree::bench
