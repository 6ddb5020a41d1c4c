#include "bench/read_loop.h"

#include <boost/asio/post.hpp>
#include <chrono>
#include <ctime>
#include <future>
#include <stdexcept>
#include <thread>
#include <utility>

#include "bench/load.h"

namespace decree::bench {
namespace {

constexpr std::uint64_t kBatch = 64;

/// Calls `once` until the time is over, looking at the clock now and then only.
template <typename Function>
ReadResult repeat(double seconds, Function once) {
  constexpr std::uint64_t kBetweenLooks = 1024;
  ReadResult result;
  const std::int64_t start = now_ns();
  const std::int64_t end = start + static_cast<std::int64_t>(seconds * 1e9);
  std::int64_t now = start;
  while (now < end && result.problem.empty()) {
    for (std::uint64_t i = 0; i < kBetweenLooks; ++i) once(result);
    result.reads += kBetweenLooks;
    now = now_ns();
  }
  result.elapsed_us = static_cast<double>(now - start) / 1e3;
  return result;
}

ReadResult read_clock(double seconds) {
  return repeat(seconds, [](ReadResult& result) {
    timespec reading{};
    if (::clock_gettime(CLOCK_BOOTTIME, &reading) != 0) result.problem = "no CLOCK_BOOTTIME";
  });
}

ReadResult check_lease(const Replica& replica, double seconds) {
  return repeat(seconds, [&](ReadResult& result) {
    if (!replica.holds_lease()) result.problem = "the lease was lost";
  });
}

/// Starts a batch of reads on the engine's thread when the last one is done. Used once.
class BatchLoop {
 public:
  BatchLoop(Replica& replica, Consistency consistency, double seconds)
      : replica_(replica),
        consistency_(consistency),
        end_(start_ + static_cast<std::int64_t>(seconds * 1e9)) {}

  /// On the engine's thread.
  ReadResult run_there() {
    const std::future<void> done = done_.get_future();
    boost::asio::post(replica_.executor(), [this] { batch(); });
    done.wait();
    result_.elapsed_us = static_cast<double>(now_ns() - start_) / 1e3;
    return result_;
  }

 private:
  void batch() {
    left_ = kBatch;
    for (std::uint64_t i = 0; i < kBatch; ++i) {
      replica_.async_read([] {}, consistency_,
                          [this](const boost::system::error_code& error) { done(error); });
    }
  }

  void done(const boost::system::error_code& error) {
    if (error) result_.problem = error.message();
    if (--left_ != 0) return;
    result_.reads += kBatch;
    if (now_ns() < end_ && result_.problem.empty()) return batch();
    // run_there() may return, and this object end, while set_value() is still at work.
    std::promise<void> done = std::move(done_);
    done.set_value();
  }

  Replica& replica_;
  const Consistency consistency_;
  const std::int64_t start_ = now_ns();
  const std::int64_t end_;
  std::promise<void> done_;
  std::uint64_t left_ = 0;
  ReadResult result_;
};

/// A batch at a time from the calling thread, which sleeps until the last one is done.
ReadResult read_from_here(Replica& replica, double seconds) {
  ReadResult result;
  const std::int64_t start = now_ns();
  const std::int64_t end = start + static_cast<std::int64_t>(seconds * 1e9);
  while (now_ns() < end && result.problem.empty()) {
    std::promise<void> all;
    const std::future<void> done = all.get_future();
    std::uint64_t left = kBatch;  // the engine's thread only, until all are done
    for (std::uint64_t i = 0; i < kBatch; ++i) {
      replica.async_read([] {}, Consistency::linearizable,
                         [&](const boost::system::error_code& error) {
                           if (error) result.problem = error.message();
                           if (--left != 0) return;
                           std::promise<void> last = std::move(all);
                           last.set_value();
                         });
    }
    done.wait();
    result.reads += kBatch;
  }
  result.elapsed_us = static_cast<double>(now_ns() - start) / 1e3;
  return result;
}

}  // namespace

ReadResult run_reads(Replica& replica, const ReadRequest& request) {
  if (request.how == "clock") return read_clock(request.seconds);
  if (request.how == "lease check") return check_lease(replica, request.seconds);
  if (request.how == "engine thread") {
    return BatchLoop(replica, Consistency::linearizable, request.seconds).run_there();
  }
  if (request.how == "engine thread, local") {
    return BatchLoop(replica, Consistency::local, request.seconds).run_there();
  }
  if (request.how == "other thread") return read_from_here(replica, request.seconds);
  throw std::invalid_argument("no such reads: " + request.how);
}

double lease_share(const Replica& replica, double seconds) {
  constexpr std::chrono::microseconds kBetweenLooks{200};
  const std::int64_t start = now_ns();
  const std::int64_t end = start + static_cast<std::int64_t>(seconds * 1e9);
  std::int64_t held_ns = 0;
  std::int64_t last = start;
  while (last < end) {
    std::this_thread::sleep_for(kBetweenLooks);
    const bool held = replica.holds_lease();
    const std::int64_t now = now_ns();
    if (held) held_ns += now - last;
    last = now;
  }
  return static_cast<double>(held_ns) / static_cast<double>(last - start);
}

}  // namespace decree::bench
