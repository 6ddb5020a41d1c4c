// Sessions: a command is applied once, however often it is proposed.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/replica/group.h"

namespace decree::replica {
namespace {

Session session_of(const OutcomeRef& opened, std::uint64_t sequence) {
  return {ClientId{std::stoull(opened->text)}, Sequence{sequence}};
}

TEST(ExactlyOnce, ARepeatIsAnsweredTheSameAndAppliedOnce) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  const OutcomeRef opened = group.open_session(leader % 3 + 1);
  ASSERT_TRUE(group.run_until([&] { return opened->answered; }));
  ASSERT_FALSE(opened->error);
  const OutcomeRef first = group.propose(leader, "x", session_of(opened, 1));
  ASSERT_TRUE(group.run_until([&] { return first->answered; }));
  const OutcomeRef other = group.propose(leader, "y");
  const OutcomeRef again = group.propose(leader, "x", session_of(opened, 1));
  ASSERT_TRUE(group.run_until([&] { return other->answered && again->answered; }));
  EXPECT_EQ(again->text, first->text);
  EXPECT_EQ(group.machine(leader).commands.size(), 2u);
}

TEST(ExactlyOnce, AlsoAcrossAChangeOfLeaderAndARestart) {
  Group group(3);
  group.start_all();
  const std::uint32_t first_leader = group.elect();
  const OutcomeRef opened = group.open_session(first_leader);
  ASSERT_TRUE(group.run_until([&] { return opened->answered; }));
  const OutcomeRef first = group.propose(first_leader, "x", session_of(opened, 1));
  ASSERT_TRUE(group.run_until([&] { return first->answered; }));
  group.kill(first_leader);
  const std::uint32_t second_leader = group.elect();
  ASSERT_NE(second_leader, 0u);
  group.start(first_leader);
  const OutcomeRef again = group.propose(first_leader, "x", session_of(opened, 1));
  ASSERT_TRUE(group.run_until([&] { return again->answered; }));
  EXPECT_FALSE(again->error);
  EXPECT_EQ(again->text, first->text);
  EXPECT_EQ(group.machine(second_leader).commands.size(), 1u);
}

TEST(ExactlyOnce, AForwardedCommandWithoutASessionThatArrivesTwiceHappensOnce) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  group.deliver_twice();
  const OutcomeRef first = group.propose(leader % 3 + 1, "x");
  const OutcomeRef second = group.propose(leader % 3 + 1, "y");
  ASSERT_TRUE(group.run_until([&] { return first->answered && second->answered; }));
  EXPECT_FALSE(first->error);
  EXPECT_FALSE(second->error);
  EXPECT_EQ(group.machine(leader).commands, (std::vector<std::string>{"x", "y"}));
}

TEST(ExactlyOnce, OldAndUnknownRequestsAreToldApart) {
  Group group(1);
  group.start(1);
  group.elect();
  const OutcomeRef opened = group.open_session(1);
  ASSERT_TRUE(group.run_until([&] { return opened->answered; }));
  const OutcomeRef first = group.propose(1, "x", session_of(opened, 1));
  const OutcomeRef second = group.propose(1, "y", session_of(opened, 2));
  const OutcomeRef stale = group.propose(1, "x", session_of(opened, 1));
  const OutcomeRef unknown = group.propose(1, "z", Session{ClientId{999}, Sequence{1}});
  ASSERT_TRUE(group.run_until([&] { return unknown->answered; }));
  EXPECT_FALSE(second->error);
  EXPECT_EQ(stale->error, Errc::stale_sequence);
  EXPECT_EQ(unknown->error, Errc::session_expired);
  EXPECT_EQ(group.machine(1).commands.size(), 2u);
}

}  // namespace
}  // namespace decree::replica
