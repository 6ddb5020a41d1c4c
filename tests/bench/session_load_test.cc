// What a load says about a moment in it.
#include "bench/session_load.h"

#include <gtest/gtest.h>

namespace decree::bench {
namespace {

SessionLoadState seen(const std::vector<Acknowledgement>& acknowledgements, std::int64_t since_ns) {
  SessionLoadState state;
  look_at(acknowledgements, since_ns, state);
  return state;
}

TEST(SessionLoad, TheNextWriteIsOneThatWasProposedSince) {
  const std::vector<Acknowledgement> all = {
      {10, 10, 20}, {15, 15, 90}, {21, 58, 95}, {60, 60, 97}, {55, 55, 99}};
  EXPECT_EQ(seen(all, 50).next_ns, 95);
  EXPECT_EQ(seen(all, 58).next_ns, 95);
  EXPECT_EQ(seen(all, 59).next_ns, 97);
  EXPECT_EQ(seen(all, 61).next_ns, 0);
}

TEST(SessionLoad, TheLastProposalIsOfWhatWasAcknowledgedBefore) {
  const std::vector<Acknowledgement> all = {{10, 10, 30}, {25, 35, 40}, {20, 20, 45}, {44, 44, 60}};
  EXPECT_EQ(seen(all, 50).proposed_ns, 25);
  EXPECT_EQ(seen(all, 60).proposed_ns, 25);
  EXPECT_EQ(seen(all, 61).proposed_ns, 44);
  EXPECT_EQ(seen({}, 61).proposed_ns, 0);
}

TEST(SessionLoad, TheLongestGapEndsAfterTheMoment) {
  const std::vector<Acknowledgement> all = {
      {1, 1, 2}, {2, 2, 1000}, {1000, 1000, 1100}, {1100, 1100, 1150}};
  EXPECT_EQ(seen(all, 1050).longest_gap_ns, 100);
  EXPECT_EQ(seen(all, 1000).longest_gap_ns, 998);
  EXPECT_EQ(seen(all, 2000).longest_gap_ns, 0);
}

}  // namespace
}  // namespace decree::bench
