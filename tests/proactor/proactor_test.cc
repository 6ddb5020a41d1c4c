#include "proactor/proactor.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>

#include "both.h"
#include "proactor/uring_proactor.h"

namespace decree::proactor {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class ProactorTest : public BothTest {
 protected:
  ProactorTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    near_ = UniqueFd(ends[0]);
    far_ = UniqueFd(ends[1]);
  }

  void receive() { proactor_->receive(near_.get(), buffer_, operation_); }
  void send(const std::string& text) const {
    ASSERT_EQ(::send(far_.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  [[nodiscard]] bool wait_for(std::size_t results) {
    return wait_until(*proactor_, [&] { return operation_.results.size() >= results; });
  }
  [[nodiscard]] std::string received(std::size_t size) const {
    return {reinterpret_cast<const char*>(buffer_.data()), size};
  }

  UniqueFd near_;
  UniqueFd far_;
  std::array<std::byte, 16> buffer_{};
  Kept operation_;
};

TEST_P(ProactorTest, ReceivesWhatWasThereBefore) {
  send("early");
  receive();
  EXPECT_EQ(proactor_->under_way(), 1);
  ASSERT_TRUE(wait_for(1));
  EXPECT_EQ(operation_.results[0], 5);
  EXPECT_EQ(received(5), "early");
  EXPECT_EQ(proactor_->under_way(), 0);
}

TEST_P(ProactorTest, ReceivesWhatComesWhileItWaits) {
  receive();
  std::thread other([&] { send("late"); });
  ASSERT_TRUE(wait_for(1));
  other.join();
  EXPECT_EQ(received(4), "late");
}

TEST_P(ProactorTest, ReceivesAgainFromWithinACompletion) {
  operation_.then = [this] {
    if (operation_.results.size() < 100) receive();
  };
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) send(std::string(16, 'x'));
  });
  receive();
  EXPECT_TRUE(wait_for(100));
  other.join();
  for (const int result : operation_.results) EXPECT_EQ(result, 16);
}

TEST_P(ProactorTest, SaysWhenTheOtherSideIsGone) {
  receive();
  far_.reset();
  ASSERT_TRUE(wait_for(1));
  EXPECT_EQ(operation_.results[0], 0);
}

TEST_P(ProactorTest, AShutDownSocketEndsWhatIsBeingReceived) {
  receive();
  proactor_->wait(milliseconds(0));
  ::shutdown(near_.get(), SHUT_RDWR);
  ASSERT_TRUE(wait_for(1));
  EXPECT_EQ(operation_.results[0], 0);
}

TEST_P(ProactorTest, WatchesOnce) {
  proactor_->watch(near_.get(), operation_);
  EXPECT_EQ(proactor_->under_way(), 0);
  proactor_->wait(milliseconds(0));
  EXPECT_TRUE(operation_.results.empty());
  send("x");
  ASSERT_TRUE(wait_for(1));
  send("y");
  proactor_->wait(milliseconds(0));
  EXPECT_EQ(operation_.results.size(), 1);
  proactor_->watch(near_.get(), operation_);  // nothing was read
  EXPECT_TRUE(wait_for(2));
}

TEST_P(ProactorTest, WaitsNoLongerThanItWasTold) {
  const auto start = steady_clock::now();
  EXPECT_FALSE(proactor_->wait(milliseconds(20), true));
  EXPECT_LT(steady_clock::now() - start, kPatience);
}

TEST_P(ProactorTest, AWakeUpEndsTheNextWait) {
  proactor_->wake();
  EXPECT_TRUE(proactor_->wait(kPatience, true));
  EXPECT_FALSE(proactor_->wait(milliseconds(0)));
}

TEST_P(ProactorTest, WakeUpsOfOtherThreadsAreNotLost) {
  constexpr int kWakeUps = 20'000;
  std::atomic<int> asked{0};
  std::atomic<int> answered{0};
  std::thread other([&] {
    for (int i = 1; i <= kWakeUps; ++i) {
      asked = i;
      proactor_->wake();
      while (answered < i) std::this_thread::yield();
    }
  });
  const auto start = steady_clock::now();
  while (answered < kWakeUps) {
    if (proactor_->wait(kPatience, true)) answered = asked.load();
  }
  other.join();
  EXPECT_LT(steady_clock::now() - start, kPatience);
}

INSTANTIATE_TEST_SUITE_P(Both, ProactorTest,
                         ::testing::Values(Kind::uring, Kind::polling_uring, Kind::epoll), name_of);

TEST(UringProactorTest, TakesMoreThanItsQueueHolds) {
  std::error_code refusal;
  const auto proactor = UringProactor::open(refusal);
  ASSERT_TRUE(proactor) << refusal.message();
  const UniqueFd file(::memfd_create("file", 0));
  const std::array<std::byte, 1> byte{std::byte{'x'}};
  Kept written;
  constexpr std::size_t kWrites = 2000;
  for (std::size_t i = 0; i < kWrites; ++i) proactor->write(file.get(), i, byte, false, written);
  EXPECT_EQ(proactor->under_way(), kWrites);
  ASSERT_TRUE(wait_until(*proactor, [&] { return written.results.size() == kWrites; }));
  EXPECT_EQ(::lseek(file.get(), 0, SEEK_END), kWrites);
  for (const int result : written.results) EXPECT_EQ(result, 1);
}

}  // namespace
}  // namespace decree::proactor
