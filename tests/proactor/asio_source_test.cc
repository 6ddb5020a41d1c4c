#include "proactor/asio_source.h"

#include <array>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <thread>

#include "both.h"

namespace decree::proactor {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;

class AsioSourceTest : public BothTest {
 protected:
  /// Nothing is ready after this.
  void settle() {
    source_.run();
    while (proactor_->wait(milliseconds(0))) source_.run();
  }
  template <typename Condition>
  bool run_until(Condition condition) {
    return wait_until(*proactor_, [&] {
      source_.run();
      return condition();
    });
  }

  AsioSource source_{*proactor_};
};

TEST_P(AsioSourceTest, RunsWhatIsPostedByItsOwnThread) {
  settle();
  bool ran = false;
  asio::post(source_.context(), [&] { ran = true; });
  EXPECT_TRUE(run_until([&] { return ran; }));
}

TEST_P(AsioSourceTest, RunsWhatIsPostedByAnotherThread) {
  constexpr int kPosts = 5000;
  std::atomic<int> ran{0};
  std::thread other([&] {
    for (int i = 1; i <= kPosts; ++i) {
      asio::post(source_.context(), [&] { ++ran; });
      while (ran < i) std::this_thread::yield();
    }
  });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(run_until([&] { return ran == kPosts; }));
  other.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, kPatience);  // it never slept through one
}

TEST_P(AsioSourceTest, RunsHandlersThatPost) {
  int left = 1000;
  std::function<void()> next = [&] {
    if (--left > 0) asio::post(source_.context(), next);
  };
  asio::post(source_.context(), next);
  EXPECT_TRUE(run_until([&] { return left == 0; }));
}

TEST_P(AsioSourceTest, RunsTimers) {
  settle();
  asio::steady_timer timer(source_.context(), milliseconds(20));
  bool expired = false;
  timer.async_wait([&](const boost::system::error_code& error) { expired = !error; });
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(run_until([&] { return expired; }));
  EXPECT_LT(std::chrono::steady_clock::now() - start, kPatience);
  expired = false;
  timer.expires_after(milliseconds(0));
  timer.async_wait([&](const boost::system::error_code& error) { expired = !error; });
  EXPECT_TRUE(run_until([&] { return expired; }));
}

// An operation that can be done at once is completed by a handler that nobody posts.
TEST_P(AsioSourceTest, RunsWhatCompletesAtOnce) {
  tcp::acceptor acceptor(source_.context(), {asio::ip::address_v4::loopback(), 0});
  tcp::socket near(source_.context());
  tcp::socket far(source_.context());
  near.connect(acceptor.local_endpoint());
  acceptor.accept(far);
  for (int i = 0; i < 100; ++i) {
    settle();
    std::array<char, 1> out{'x'};
    std::array<char, 1> in{};
    int done = 0;
    asio::async_write(near, asio::buffer(out), [&](auto...) { ++done; });
    ASSERT_TRUE(run_until([&] { return done == 1; }));
    settle();
    asio::async_read(far, asio::buffer(in), [&](auto...) { ++done; });
    ASSERT_TRUE(run_until([&] { return done == 2; }));
  }
}

INSTANTIATE_TEST_SUITE_P(Both, AsioSourceTest,
                         ::testing::Values(Kind::uring, Kind::polling_uring, Kind::epoll), name_of);

}  // namespace
}  // namespace decree::proactor
