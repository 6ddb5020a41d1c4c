// Virtual time: what happens when, and what first.
#include "sim/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace decree::sim {
namespace {

using ::testing::ElementsAre;

void run_all(Timeline& timeline) {
  while (timeline.next() != kNever) timeline.run_next();
}

TEST(Timeline, IsEmptyAtFirst) { EXPECT_EQ(Timeline().next(), kNever); }

TEST(Timeline, RunsActionsInTheOrderOfTime) {
  Timeline timeline;
  const Time start = timeline.now();
  std::vector<std::int64_t> done;
  for (const std::int64_t us : {30, 10, 20}) {
    timeline.after(Duration::micros(us),
                   [&] { done.push_back((timeline.now() - start).ns / 1000); });
  }
  EXPECT_EQ(timeline.next(), start + Duration::micros(10));
  run_all(timeline);
  EXPECT_THAT(done, ElementsAre(10, 20, 30));
}

TEST(Timeline, RunsActionsOfOneMomentInTheOrderInWhichTheyWereAdded) {
  Timeline timeline;
  const Time moment = timeline.now() + Duration::micros(1);
  std::vector<int> done;
  std::vector<int> expected;
  for (int i = 0; i < 100; ++i) {
    // Among others, so that the heap has something to mix up.
    timeline.at(moment + Duration{i % 7 + 1}, [] {});
    timeline.at(moment, [&done, i] { done.push_back(i); });
    expected.push_back(i);
  }
  while (timeline.next() == moment) timeline.run_next();
  EXPECT_EQ(done, expected);
}

TEST(Timeline, AnActionMayAddOthersToItsOwnMoment) {
  Timeline timeline;
  std::vector<int> done;
  timeline.after({}, [&] {
    done.push_back(1);
    timeline.after({}, [&] { done.push_back(3); });
  });
  timeline.after({}, [&] { done.push_back(2); });
  run_all(timeline);
  EXPECT_THAT(done, ElementsAre(1, 2, 3));
}

TEST(Timeline, NeverGoesBack) {
  Timeline timeline;
  const Time start = timeline.now();
  timeline.advance(start + Duration::millis(5));
  timeline.advance(start);
  EXPECT_EQ(timeline.now(), start + Duration::millis(5));
  Time ran;
  timeline.at(start, [&] { ran = timeline.now(); });
  EXPECT_EQ(timeline.next(), start + Duration::millis(5)) << "what is late is done now";
  run_all(timeline);
  EXPECT_EQ(ran, start + Duration::millis(5));
}

}  // namespace
}  // namespace decree::sim
