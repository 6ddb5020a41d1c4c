// What the leases are for: nobody is shown a past that others have left behind.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/replica/group.h"

namespace decree::replica {
namespace {

using leases::Duration;

std::uint32_t other(std::uint32_t id) { return id % 3 + 1; }

/// A group whose lease is much longer than its patience with a silent leader, so that a new leader
/// is elected long before the old lease is over.
class LongLease : public testing::Test {
 protected:
  LongLease() {
    group.options.lease_us = 1'000'000;
    group.start_all();
    leader = group.elect();
    group.run_until([&] { return group.engine(leader).holds_lease(); });
    // Grants that restarts have not forgotten: the wait at start is over.
    group.run_for(Duration::millis(1500));
  }

  /// The leader is cut off in the middle of something: it takes no turn in which it could notice
  /// that it hears nobody, and reads by its lease as long as the clock lets it.
  void cut_off_and_pause() {
    group.isolate(leader);
    group.pause(leader, true);
  }

  /// A proposal at another replica, forwarded to whoever leads there.
  OutcomeRef propose_elsewhere() { return group.propose(other(leader), "new"); }

  Group group{3};
  std::uint32_t leader = 0;
};

TEST_F(LongLease, ANewLeaderAnswersNothingBeforeTheOldLeaseIsOver) {
  ASSERT_TRUE(group.engine(leader).holds_lease());
  cut_off_and_pause();
  OutcomeRef write = propose_elsewhere();
  bool seen_without_lease = false;
  ASSERT_TRUE(group.run_until([&] {
    seen_without_lease = seen_without_lease || !group.engine(leader).holds_lease();
    if (write->answered && write->error) write = propose_elsewhere();
    // The invariant itself: an answer elsewhere and a lease here never hold at once.
    EXPECT_FALSE(write->answered && !write->error && group.engine(leader).holds_lease());
    return write->answered && !write->error;
  }));
  EXPECT_TRUE(seen_without_lease);
}

TEST_F(LongLease, ANewLeaderPreparesEarly) {
  cut_off_and_pause();
  // Long before the lease is over another leads, although it may not announce anything yet.
  ASSERT_TRUE(group.run_until(
      [&] {
        return group.engine(other(leader)).status().role == Role::leader ||
               group.engine(other(other(leader))).status().role == Role::leader;
      },
      Duration::millis(500)));
  EXPECT_TRUE(group.engine(leader).holds_lease());
}

TEST_F(LongLease, AReadAtTheOldLeaderIsNeverStale) {
  group.isolate(leader);
  OutcomeRef write = propose_elsewhere();
  group.run_until([&] {
    if (write->answered && write->error) write = propose_elsewhere();
    return write->answered && !write->error;
  });
  ASSERT_FALSE(write->error);
  const OutcomeRef read = group.read(leader);
  group.engine(leader).turn();
  EXPECT_FALSE(read->answered && !read->error) << "read " << read->text << " of 1";
  group.heal();
  ASSERT_TRUE(group.run_until([&] { return read->answered; }, Duration::millis(10'000)));
  EXPECT_TRUE(read->error || read->text == "1");
}

TEST_F(LongLease, ARestartForgetsNoGrant) {
  // Both followers restart at once and know nothing of what they granted; the old leader reads on.
  const std::uint32_t a = other(leader);
  const std::uint32_t b = other(a);
  cut_off_and_pause();
  for (const std::uint32_t id : {a, b}) group.kill(id);
  for (const std::uint32_t id : {a, b}) group.start(id);
  ASSERT_TRUE(group.engine(leader).holds_lease());
  OutcomeRef write = group.propose(a, "new");
  ASSERT_TRUE(group.run_until([&] {
    if (write->answered && write->error) write = group.propose(a, "new");
    EXPECT_FALSE(write->answered && !write->error && group.engine(leader).holds_lease());
    return write->answered && !write->error;
  }));
}

TEST_F(LongLease, APausedLeaderWakesWithoutALease) {
  cut_off_and_pause();
  OutcomeRef write = propose_elsewhere();
  ASSERT_TRUE(group.run_until(
      [&] {
        if (write->answered && write->error) write = propose_elsewhere();
        return write->answered && !write->error;
      },
      Duration::millis(20'000)));
  // It has not had a turn since; what it checks is the clock.
  EXPECT_FALSE(group.engine(leader).holds_lease());
}

TEST_F(LongLease, AReleaseEndsTheLeaseAtOnceAndNobodyWaitsForIt) {
  const std::uint32_t before = leader;
  group.engine(leader).release_leadership();
  const OutcomeRef write = propose_elsewhere();
  EXPECT_FALSE(group.engine(before).holds_lease());
  ASSERT_TRUE(group.run_until([&] { return write->answered; }, Duration::millis(50)));
  EXPECT_FALSE(write->error);
}

TEST(LeaseSafety, TwoLeasesNeverHoldAtOnce) {
  // Leaders come and go, clocks of the followers run apart by jumps forward within a suspend.
  Group group(3);
  group.options.lease_us = 300'000;
  group.start_all();
  for (int round = 0; round < 12; ++round) {
    const std::uint32_t leader = group.elect();
    ASSERT_NE(leader, 0u);
    group.isolate(leader);
    group.run_until(
        [&] {
          int holders = 0;
          for (std::uint32_t id = 1; id <= 3; ++id) holders += group.engine(id).holds_lease();
          EXPECT_LE(holders, 1);
          const std::uint32_t now = group.engine(other(leader)).status().leader.value;
          return now != 0 && now != leader && group.engine(now).holds_lease();
        },
        Duration::millis(3000));
    group.heal();
    group.run_for(Duration::millis(700));
  }
}

TEST(LeaseSafety, TheLeaseIsLostAndRegainedAndTheProgramIsTold) {
  Group group(3);
  group.start_all();
  const std::uint32_t leader = group.elect();
  ASSERT_TRUE(group.run_until([&] { return group.engine(leader).holds_lease(); }));
  // The disks of the followers stall no heartbeat; a short silence of the links does.
  group.isolate(leader);
  ASSERT_TRUE(group.run_until([&] { return !group.engine(leader).holds_lease(); }));
  group.run_until(
      [&] { return group.events(leader).back().kind == LeadershipEvent::Kind::in_doubt; },
      Duration::millis(10));
  EXPECT_EQ(group.events(leader).back().kind, LeadershipEvent::Kind::in_doubt);
  group.heal();
  ASSERT_TRUE(group.run_until(
      [&] { return group.events(leader).back().kind == LeadershipEvent::Kind::regained; }));
}

TEST_F(LongLease, AClockThatJumpsEndsTheLeaseUntilItIsGrantedAnew) {
  ASSERT_TRUE(group.engine(leader).holds_lease());
  group.skew(leader, Duration::millis(-10));
  ASSERT_TRUE(group.run_until([&] { return group.engine(leader).status().clock_faults == 1; },
                              Duration::millis(60)));
  EXPECT_TRUE(group.was_noted(leader, "clocks of this machine"));
  ASSERT_TRUE(group.run_until([&] { return group.engine(leader).holds_lease(); }));
  group.run_for(Duration::millis(500));
  EXPECT_EQ(group.engine(leader).status().clock_faults, 1u);
}

TEST_F(LongLease, ClocksThatJumpAheadEndNoGrant) {
  const leases::Time killed = group.now();
  for (std::uint32_t id = 1; id <= 3; ++id) {
    if (id != leader) group.skew(id, Duration::millis(60'000));
  }
  group.kill(leader);
  ASSERT_NE(group.elect(), 0u);
  ASSERT_NE(group.elect(), leader);
  EXPECT_GE(group.now(), killed + Duration::millis(990))
      << "the old leader could have read until then";
}

}  // namespace
}  // namespace decree::replica
