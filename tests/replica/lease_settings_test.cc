// The group's T and rho: decided once, and followed by everybody from the step that applies it.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "replica/lease_decree.h"
#include "tests/replica/group.h"

namespace decree::replica {
namespace {

using leases::Duration;

constexpr LeaseSettings kFounded{100'000, 110'000};

class LeaseSettingsTest : public testing::Test {
 protected:
  bool all_have(const LeaseSettings& settings) {
    return group_.run_until([&] {
      for (std::uint32_t id = 1; id <= 3; ++id) {
        if (group_.engine(id).status().lease_settings != settings) return false;
      }
      return true;
    });
  }
  /// Time goes on while that replica's lease holds.
  bool holds_lease(std::uint32_t id) {
    return group_.run_until([&] { return group_.engine(id).holds_lease(); });
  }
  std::uint32_t lead_with_lease() {
    const std::uint32_t leader = group_.elect();
    EXPECT_TRUE(holds_lease(leader));
    return leader;
  }
  static std::uint32_t other(std::uint32_t id) { return id % 3 + 1; }

  Group group_{3};
};

TEST_F(LeaseSettingsTest, TheFirstLeadersCountAndTheOthersOptionsDoNot) {
  group_.options.priority = 1;
  group_.start(1);
  group_.options.priority = 0;
  group_.options.lease_us = 300'000;
  group_.start(2);
  group_.start(3);
  ASSERT_EQ(lead_with_lease(), 1u);
  ASSERT_TRUE(all_have(kFounded));
  EXPECT_TRUE(group_.was_noted(2, "decided on lease_us 100000 and clock_rate_error_ppm 110000"));
  EXPECT_FALSE(group_.was_noted(1, "decided on lease_us"));
  // With any of them leading: all grant by the same T.
  group_.kill(1);
  const std::uint32_t next = lead_with_lease();
  group_.run_for(Duration::millis(500));
  EXPECT_TRUE(group_.engine(next).holds_lease());
  EXPECT_LE(group_.engine(next).status().lease_left_us, 100'000);
  EXPECT_EQ(group_.engine(next).status().lease_settings, kFounded);
}

TEST_F(LeaseSettingsTest, AreChangedAtAnyReplicaAndInForceWhereThatIsAnswered) {
  group_.start_all();
  const std::uint32_t leader = lead_with_lease();
  const LeaseSettings longer{400'000, 200'000};
  const OutcomeRef changed = group_.set_lease(other(leader), longer);
  ASSERT_TRUE(group_.run_until([&] { return changed->answered; }));
  EXPECT_FALSE(changed->error) << changed->error.message();
  EXPECT_EQ(group_.engine(leader).status().lease_settings, longer);
  ASSERT_TRUE(all_have(longer));
  ASSERT_TRUE(holds_lease(leader));
  // T(1-rho)/(1+rho), and more than the T before.
  ASSERT_TRUE(
      group_.run_until([&] { return group_.engine(leader).status().lease_left_us > 200'000; }));
  EXPECT_LE(group_.engine(leader).status().lease_left_us, 266'667);
}

TEST_F(LeaseSettingsTest, WhatWasGrantedUnderOthersIsNoLeaseAnyMore) {
  group_.start_all();
  const std::uint32_t leader = lead_with_lease();
  // The followers grant nothing more, so nothing new can take the place of what was granted.
  const OutcomeRef changed = group_.set_lease(leader, {100'000, 300'000});
  bool was_held = false;
  ASSERT_TRUE(group_.run_until([&] {
    was_held = was_held || group_.engine(leader).holds_lease();
    return changed->answered;
  }));
  EXPECT_TRUE(was_held);
  EXPECT_FALSE(group_.engine(leader).holds_lease());
  EXPECT_TRUE(holds_lease(leader)) << "until they follow";
}

TEST_F(LeaseSettingsTest, NoLeaseIsHeldOnceTheGroupWantsNone) {
  group_.start_all();
  const std::uint32_t leader = lead_with_lease();
  const OutcomeRef changed = group_.set_lease(leader, {0, 110'000});
  ASSERT_TRUE(group_.run_until([&] { return changed->answered; }));
  EXPECT_FALSE(group_.run_until([&] { return group_.engine(leader).holds_lease(); },
                                Duration::millis(1000)));
  const OutcomeRef read = group_.read(leader);
  ASSERT_TRUE(group_.run_until([&] { return read->answered; }));
  EXPECT_FALSE(read->error);
  EXPECT_NE(group_.events(leader).back().kind, LeadershipEvent::Kind::in_doubt);
}

TEST_F(LeaseSettingsTest, AReplicaWhoseClockMayErrByMoreHasNoPartInLeases) {
  group_.start(1);
  group_.start(2);
  lead_with_lease();
  group_.options.clock_rate_error_ppm = 250'000;
  group_.start(3);
  ASSERT_TRUE(all_have(kFounded));
  EXPECT_TRUE(group_.was_noted(3, "it grants no lease"));
  // As a follower: the two others are a quorum with it only.
  const std::uint32_t leader = group_.elect();
  if (leader == 3) {
    ASSERT_EQ(group_.engine(3).hand_over(), boost::system::error_code{});
  }
  ASSERT_TRUE(group_.run_until(
      [&] { return group_.engine(1).holds_lease() || group_.engine(2).holds_lease(); }));
  const std::uint32_t holder = group_.engine(1).holds_lease() ? 1 : 2;
  group_.kill(3 - holder);
  ASSERT_TRUE(group_.run_until([&] { return !group_.engine(holder).holds_lease(); }));
  EXPECT_FALSE(group_.run_until([&] { return group_.engine(holder).holds_lease(); },
                                Duration::millis(1000)));
  EXPECT_EQ(group_.engine(holder).status().role, Role::leader) << "the connection is not lost";
  // As the leader: it asks for none.
  group_.start(3 - holder);
  group_.kill(holder);
  ASSERT_NE(group_.elect(), 0u);
  if (group_.engine(3).status().role != Role::leader) {
    ASSERT_EQ(group_.engine(3 - holder).hand_over(ReplicaId{3}), boost::system::error_code{});
    ASSERT_TRUE(group_.run_until([&] { return group_.engine(3).status().role == Role::leader; }));
  }
  EXPECT_FALSE(
      group_.run_until([&] { return group_.engine(3).holds_lease(); }, Duration::millis(1000)));
}

TEST_F(LeaseSettingsTest, TheOwnClockIsHeldToItsOwnBound) {
  group_.options.clock_rate_error_ppm = 1'000;
  group_.start(1);
  group_.start(2);
  lead_with_lease();
  group_.options.clock_rate_error_ppm = 300'000;
  group_.start(3);
  ASSERT_TRUE(all_have({100'000, 1'000}));
  group_.kill(3);
  group_.start(3);  // knows the group's bound from the start
  group_.run_for(Duration::millis(300));
  group_.skew(3, Duration::millis(5));
  group_.run_for(Duration::millis(300));
  EXPECT_EQ(group_.engine(3).status().clock_faults, 0u);
}

TEST_F(LeaseSettingsTest, RhoOnlyGrowsSoThatWhoLagsBehindWaitsLongEnough) {
  group_.start_all();
  const std::uint32_t leader = lead_with_lease();
  const OutcomeRef less = group_.set_lease(other(leader), {100'000, 109'999});
  ASSERT_TRUE(group_.run_until([&] { return less->answered; }));
  EXPECT_EQ(less->error, Errc::invalid_settings);
  ASSERT_TRUE(all_have(kFounded));
}

TEST_F(LeaseSettingsTest, AClockThatMayBeFasterThanTheGroupsWaitsLongerForALease) {
  group_.options.clock_rate_error_ppm = 1'000;
  group_.options.lease_us = 1'000'000;
  group_.start(1);
  group_.start(2);
  const std::uint32_t leader = lead_with_lease();
  group_.options.clock_rate_error_ppm = 250'000;
  group_.options.priority = 9;
  group_.start(3);
  ASSERT_TRUE(all_have({1'000'000, 1'000}));
  group_.run_for(Duration::millis(2000));  // what restarts may have forgotten is over
  ASSERT_TRUE(group_.engine(leader).holds_lease());
  group_.kill(leader);
  const leases::Time killed = group_.now();
  ASSERT_TRUE(group_.run_until([&] { return group_.engine(3).status().role == Role::leader; }));
  ASSERT_EQ(group_.elect(), 3u);
  // A heartbeat was granted 20 ms before the kill at the earliest.
  EXPECT_GE(group_.now() - killed, Duration::millis((1'000 - 20) * 1'249 / 1'000));
}

TEST_F(LeaseSettingsTest, ThatAreOutOfRangeAreRefusedWhereverTheyComeFrom) {
  group_.start_all();
  const std::uint32_t leader = lead_with_lease();
  const std::uint64_t beat = group_.options.heartbeat_us;
  for (const LeaseSettings& bad :
       {LeaseSettings{2 * beat - 1, 110'000}, LeaseSettings{60'000'001, 110'000},
        LeaseSettings{100'000, 0}, LeaseSettings{100'000, 300'001}}) {
    const OutcomeRef refused = group_.set_lease(other(leader), bad);
    ASSERT_TRUE(group_.run_until([&] { return refused->answered; }));
    EXPECT_EQ(refused->error, Errc::invalid_settings);
  }
  ASSERT_TRUE(all_have(kFounded));
}

TEST_F(LeaseSettingsTest, SurviveARestartAndAreInTheSnapshot) {
  group_.options.log_bytes = 1u << 20;
  group_.start_all();
  const std::uint32_t leader = lead_with_lease();
  const LeaseSettings decided{250'000, 120'000};
  const OutcomeRef changed = group_.set_lease(leader, decided);
  ASSERT_TRUE(group_.run_until([&] { return changed->answered; }));
  const std::uint32_t behind = other(leader);
  group_.kill(behind);
  const std::string command(8'000, 'x');
  while (group_.engine(leader).status().log_dropped <= Slot{10}) {
    const OutcomeRef proposed = group_.propose(leader, command);
    ASSERT_TRUE(group_.run_until([&] { return proposed->answered; }));
    ASSERT_FALSE(proposed->error);
  }
  group_.start(behind);
  ASSERT_TRUE(
      group_.run_until([&] { return group_.was_noted(behind, "caught up by a peer's snapshot"); }));
  EXPECT_EQ(group_.engine(behind).status().lease_settings, decided);
  for (std::uint32_t id = 1; id <= 3; ++id) group_.kill(id);
  group_.start_all();
  EXPECT_EQ(group_.engine(leader).status().lease_settings, decided) << "before anybody leads";
  lead_with_lease();
  ASSERT_TRUE(all_have(decided));
}

TEST_F(LeaseSettingsTest, ALongerTIsGrantedByWhomItIsDurableAt) {
  group_.start_all();
  const std::uint32_t leader = lead_with_lease();
  const OutcomeRef changed = group_.set_lease(leader, {400'000, 110'000});
  ASSERT_TRUE(group_.run_until([&] { return changed->answered; }));
  for (std::uint32_t id = 1; id <= 3; ++id) group_.hold_disk(id, true);
  EXPECT_FALSE(
      group_.run_until([&] { return group_.engine(leader).holds_lease(); }, Duration::millis(300)));
  for (std::uint32_t id = 1; id <= 3; ++id) group_.hold_disk(id, false);
  EXPECT_TRUE(holds_lease(leader));
}

TEST(LeaseDecree, ComesThroughBytesAsItWas) {
  for (const bool only_if_none : {false, true}) {
    const LeaseDecree decree{{123'456, 110'001}, only_if_none};
    const auto bytes = decree.encode();
    const std::optional<LeaseDecree> decoded = LeaseDecree::decode(bytes);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->settings, decree.settings);
    EXPECT_EQ(decoded->only_if_none, only_if_none);
    EXPECT_FALSE(LeaseDecree::decode(std::span(bytes).first(LeaseDecree::kBytes - 1)));
  }
  EXPECT_FALSE(LeaseDecree::decode(LeaseDecree{{100'000, 0}}.encode()));
  EXPECT_FALSE(LeaseDecree::decode(LeaseDecree{{1'999, 110'000}}.encode()));
  EXPECT_FALSE(LeaseDecree::decode({}));
}

}  // namespace
}  // namespace decree::replica
