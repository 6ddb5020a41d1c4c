// When a thread looks for completions instead of sleeping.
#include "proactor/polling.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

#include "both.h"

namespace decree::proactor {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Polling::Time kMost = microseconds(200);
constexpr Polling::Time kNow = seconds(1000);

TEST(Polling, NeverIfTurnedOff) {
  const Polling polling(microseconds(0));
  EXPECT_FALSE(polling.enabled());
  EXPECT_FALSE(polling.pays(kNow));
}

TEST(Polling, PaysAgainAfterAShortWaitOnly) {
  Polling polling(kMost);
  EXPECT_TRUE(polling.pays(kNow));
  polling.waited(kMost + microseconds(1));
  EXPECT_FALSE(polling.pays(kNow));
  polling.waited(kMost);
  EXPECT_TRUE(polling.pays(kNow));
}

TEST(Polling, StopsForAWhileWhereAnotherComputes) {
  Polling polling(kMost);
  EXPECT_FALSE(Polling::is_time_slice(microseconds(500))) << "another replica's turn";
  EXPECT_TRUE(Polling::is_time_slice(microseconds(1100)));
  polling.crowded_out(kNow, milliseconds(4));
  EXPECT_FALSE(polling.pays(kNow));
  EXPECT_FALSE(polling.pays(kNow + milliseconds(39)));
  EXPECT_TRUE(polling.pays(kNow + milliseconds(40)));
}

TEST(Polling, StopsTwiceAsLongWhereAnotherStillComputes) {
  Polling polling(kMost);
  Polling::Time now = kNow;
  milliseconds barred(20);
  for (int times = 0; times < 10; ++times) {
    polling.crowded_out(now, milliseconds(2));
    EXPECT_FALSE(polling.pays(now + barred - microseconds(1)));
    EXPECT_TRUE(polling.pays(now + barred));
    now += barred + milliseconds(2);
    barred = std::min(2 * barred, milliseconds(1000));
  }
  now += barred;  // in which nobody was in the way
  polling.crowded_out(now, milliseconds(2));
  EXPECT_TRUE(polling.pays(now + milliseconds(20)));
}

/// Of this thread, user and system.
microseconds processor_time() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

TEST(Polling, AWaitPollsNoLongerThanItMay) {
  const auto proactor = open(Kind::polling_uring);
  const microseconds before = processor_time();
  for (int i = 0; i < 10; ++i) proactor->wait(milliseconds(30), true);
  // The first may poll for a millisecond, is long, and so the others do not.
  EXPECT_LT(processor_time() - before, milliseconds(30));
}

TEST(Polling, NothingIsPolledForThatIsNotExpected) {
  const auto proactor = open(Kind::polling_uring);
  proactor->poll_for(seconds(10));
  const auto start = std::chrono::steady_clock::now();
  const microseconds before = processor_time();
  proactor->wait(milliseconds(100), false);
  EXPECT_LT(processor_time() - before, milliseconds(50));
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(90));
}

/// Lets the calling thread, and those that it starts, run on one processor only.
void share_one_processor() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
  std::size_t first = 0;
  while (CPU_ISSET(first, &allowed) == 0) ++first;
  CPU_ZERO(&allowed);
  CPU_SET(first, &allowed);
  ASSERT_EQ(::sched_setaffinity(0, sizeof allowed, &allowed), 0);
}

struct Waits {
  double share = 0;  // of the processor
  milliseconds median{0};
};

/// Half a second of a thread that waits for what comes after 100 us, on one processor, beside
/// another that computes if `busy`.
Waits wait_often(bool busy) {
  using Clock = std::chrono::steady_clock;
  Waits waits;
  std::thread([&] {
    share_one_processor();
    std::atomic<bool> done{false};
    std::thread other([&] {
      while (busy && !done.load()) continue;
    });
    const auto proactor = open(Kind::polling_uring);
    std::vector<Clock::duration> took;
    const Clock::time_point start = Clock::now();
    const microseconds before = processor_time();
    while (Clock::now() - start < milliseconds(500)) {
      const Clock::time_point began = Clock::now();
      proactor->wait(microseconds(100), true);
      took.push_back(Clock::now() - began);
    }
    const std::chrono::duration<double> all = Clock::now() - start;
    waits.share = std::chrono::duration<double>(processor_time() - before) / all;
    std::ranges::sort(took);
    waits.median = std::chrono::duration_cast<milliseconds>(took[took.size() / 2]);
    done.store(true);
    other.join();
  }).join();
  return waits;
}

/// In one of a few tries: other programs may need the processor just now.
bool sometimes(const std::function<bool()>& condition) {
  for (int tries = 0; tries < 20; ++tries) {
    if (condition()) return true;
  }
  return false;
}

// Whoever yields to a thread that computes gets the processor back after a time slice, not when
// what it polls for has come; who sleeps is woken at once.
TEST(Polling, DoesNotQueueBehindWhoeverComputes) {
  EXPECT_TRUE(sometimes([] { return wait_often(true).median < milliseconds(1); }));
}

TEST(Polling, TakesAProcessorThatNobodyNeeds) {
  EXPECT_TRUE(sometimes([] { return wait_often(false).share > 0.5; }));
}

}  // namespace
}  // namespace decree::proactor
