// When a thread looks for completions instead of sleeping.
#include "proactor/polling.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <thread>

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

TEST(Polling, StopsForAWhileWhereAnotherNeedsTheProcessor) {
  Polling polling(kMost);
  EXPECT_FALSE(Polling::suspicious(microseconds(5))) << "an interrupt is nobody";
  EXPECT_TRUE(Polling::suspicious(microseconds(100)));
  polling.disturbed(kNow);
  EXPECT_FALSE(polling.pays(kNow));
  EXPECT_FALSE(polling.pays(kNow + milliseconds(4)));
  EXPECT_TRUE(polling.pays(kNow + milliseconds(5)));
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

}  // namespace
}  // namespace decree::proactor
