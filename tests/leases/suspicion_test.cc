#include "leases/suspicion.h"

#include <gtest/gtest.h>

#include "tests/leases/times.h"

namespace decree::leases {
namespace {

class SuspicionTest : public ::testing::Test {
 protected:
  void hear_every(Duration gap, int times) {
    for (int i = 0; i < times; ++i) suspicion_.heard(now_ = now_ + gap);
  }
  Time now_ = at(0);
  Suspicion suspicion_{Settings::paced(ms(20), ms(100)), at(0)};
};

TEST_F(SuspicionTest, StartsAtTheFloor) {
  EXPECT_EQ(suspicion_.timeout(), ms(100));
  EXPECT_EQ(suspicion_.deadline(), at(100));
}

TEST_F(SuspicionTest, RegularHeartbeatsKeepItAtTheFloor) {
  hear_every(ms(20), 1000);
  EXPECT_EQ(suspicion_.timeout(), ms(100));
  EXPECT_EQ(suspicion_.deadline(), now_ + ms(100));
}

TEST_F(SuspicionTest, SlowHeartbeatsRaiseItAboveTheirInterval) {
  hear_every(ms(150), 1000);
  EXPECT_GT(suspicion_.timeout(), ms(150));
  EXPECT_LT(suspicion_.timeout(), ms(300));
}

TEST_F(SuspicionTest, IrregularHeartbeatsRaiseIt) {
  for (int i = 0; i < 100; ++i) {
    hear_every(ms(20), 3);
    hear_every(ms(180), 1);
  }
  EXPECT_GT(suspicion_.timeout(), ms(180));
}

TEST_F(SuspicionTest, NeverExceedsTheCap) {
  hear_every(ms(20), 10);
  hear_every(ms(60'000), 20);
  EXPECT_EQ(suspicion_.timeout(), ms(500));
}

TEST_F(SuspicionTest, AMistakeMakesItSlowerAtOnceAndIsForgottenSlowly) {
  hear_every(ms(20), 100);
  hear_every(ms(200), 1);
  EXPECT_GT(suspicion_.timeout(), ms(200));
  hear_every(ms(20), 20);
  EXPECT_GT(suspicion_.timeout(), ms(150));
  hear_every(ms(20), 2000);
  EXPECT_EQ(suspicion_.timeout(), ms(100));
}

TEST_F(SuspicionTest, ASignOfLifeCountsAsLifeButNotAsAMeasure) {
  hear_every(ms(150), 100);
  const Duration learned = suspicion_.timeout();
  for (int i = 0; i < 1000; ++i) suspicion_.alive(now_ = now_ + ms(1));
  EXPECT_EQ(suspicion_.timeout(), learned);
  EXPECT_EQ(suspicion_.deadline(), now_ + learned);
}

TEST_F(SuspicionTest, ANewSourceIsAliveAndTheGapToItIsNoMeasure) {
  hear_every(ms(20), 100);
  suspicion_.restart(now_ = now_ + ms(10'000));
  suspicion_.heard(now_ = now_ + ms(20));
  EXPECT_EQ(suspicion_.timeout(), ms(100));
  EXPECT_EQ(suspicion_.deadline(), now_ + ms(100));
}

}  // namespace
}  // namespace decree::leases
