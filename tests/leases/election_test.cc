// Omega in a world of its own: who leads, how soon, and who is left in peace.
#include <gtest/gtest.h>

#include <random>

#include "tests/leases/omega_world.h"

namespace decree::leases {
namespace {

constexpr Duration kCap = ms(500);

/// A world that has elected and settled.
class ElectionTest : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  static OmegaWorld settled(std::uint32_t count) {
    OmegaWorld world(count);
    world.start_all();
    EXPECT_TRUE(world.elects(ms(1000)));
    world.run(ms(1000));
    EXPECT_EQ(world.reigns().size(), 1u);
    return world;
  }
  static std::uint32_t leader(const OmegaWorld& world) { return world.serving().value; }
  static std::uint32_t some_follower(const OmegaWorld& world) { return leader(world) == 1 ? 2 : 1; }
};

TEST_P(ElectionTest, ElectsAfterStartOnceItHasListenedForOneCap) {
  OmegaWorld world(GetParam());
  world.start_all();
  const bool alone = GetParam() == 1;
  if (!alone) {
    world.run(kCap - Duration{1});
    EXPECT_EQ(world.canvasses(), 0u) << "listens first";
  }
  EXPECT_TRUE(world.elects(ms(10)));
  EXPECT_EQ(world.campaigns(), 1u) << "equal priorities never duel";
  EXPECT_EQ(world.now() - at(0), alone ? Duration{} : kCap + ms(5));
  world.run(ms(5000));
  EXPECT_EQ(world.reigns().size(), 1u);
  EXPECT_EQ(world.followers(world.reigns().back().ballot), GetParam());
  EXPECT_EQ(world.leaders(), 1u);
}

TEST_P(ElectionTest, OnlyTheLeaderSendsUnprompted) {
  OmegaWorld world = settled(GetParam());
  const std::uint64_t canvasses = world.canvasses();
  std::vector<std::uint64_t> before;
  for (std::uint32_t i = 1; i <= GetParam(); ++i) before.push_back(world.unprompted(i));
  world.run(ms(2000));
  EXPECT_EQ(world.canvasses(), canvasses);
  for (std::uint32_t i = 1; i <= GetParam(); ++i) {
    const std::uint64_t expected = i == leader(world) ? 100 * (GetParam() - 1) : 0;
    EXPECT_EQ(world.unprompted(i) - before[i - 1], expected) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Voters, ElectionTest, ::testing::Values(1, 2, 3, 4, 5, 7, 9));

class FailoverTest : public ElectionTest {};

TEST_P(FailoverTest, ReplacesALeaderThatFallsSilent) {
  OmegaWorld world = settled(GetParam());
  const ReplicaId old = world.serving();
  world.kill(old, false);
  // The silence, one canvass, one phase 1, one heartbeat.
  EXPECT_TRUE(world.run_until(ms(110), [&] { return world.serving() && world.serving() != old; }));
  world.run(ms(2000));
  EXPECT_EQ(world.reigns().size(), 2u);
  EXPECT_EQ(world.campaigns(), 2u);
  EXPECT_EQ(world.leaders(), 1u);
}

TEST_P(FailoverTest, ReplacesALeaderWhoseConnectionsCloseWithinAFewMessages) {
  OmegaWorld world = settled(GetParam());
  const ReplicaId old = world.serving();
  world.kill(old, true);
  EXPECT_TRUE(world.elects(ms(5)));
  EXPECT_NE(world.serving(), old);
  world.run(ms(2000));
  EXPECT_EQ(world.reigns().size(), 2u);
}

TEST_P(FailoverTest, ReplacesALeaderThatWasElectedAMomentAgo) {
  OmegaWorld world = settled(GetParam());
  if (GetParam() < 5) return;  // two may fail only of five
  world.kill(world.serving(), true);
  ASSERT_TRUE(world.elects(ms(5)));
  world.kill(world.serving(), true);
  EXPECT_TRUE(world.elects(ms(5))) << "nobody waits for a candidate whose connection is closed";
}

TEST_P(FailoverTest, TheNextSuccessorWaitsOneRankForADeadOne) {
  OmegaWorld world = settled(GetParam());
  if (GetParam() < 5) return;  // two may fail only of five
  world.kill(id(1), true);
  world.kill(id(2), true);
  EXPECT_TRUE(world.elects(ms(31)));
  EXPECT_EQ(world.serving(), id(3));
}

TEST_P(FailoverTest, ALeaderThatComesBackUnseatsNobody) {
  OmegaWorld world = settled(GetParam());
  const ReplicaId old = world.serving();
  world.kill(old, true);
  world.run(ms(300));
  const Ballot now = world.reigns().back().ballot;
  world.start(old);
  world.run(ms(5000));
  EXPECT_EQ(world.reigns().back().ballot, now);
  EXPECT_EQ(world.highest_promise(), now);
  EXPECT_EQ(world.followers(now), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Voters, FailoverTest, ::testing::Values(3, 4, 5, 7, 9));

// --- Stability.

TEST_F(ElectionTest, AnIsolatedReplicaThatRejoinsDisturbsNobody) {
  OmegaWorld world = settled(5);
  const Ballot before = world.highest_promise();
  const std::uint32_t lost = some_follower(world);
  world.isolate(lost);
  world.run(ms(10'000));
  EXPECT_TRUE(world.omega(lost).suspects());
  world.heal();
  world.run(ms(10'000));
  EXPECT_EQ(world.highest_promise(), before);
  EXPECT_EQ(world.reigns().size(), 1u);
  EXPECT_EQ(world.followers(before), 5u);
}

TEST_F(ElectionTest, AHigherPriorityThatComesBackUnseatsNobody) {
  OmegaWorld world = settled(3);
  world.kill(id(3), true);
  world.priority(3, 1000);
  world.log_end(3, 1000);
  world.start(id(3));
  world.run(ms(10'000));
  EXPECT_EQ(world.reigns().size(), 1u);
}

TEST_F(ElectionTest, ARestartingFollowerAndABadlyLinkedOneDoNotUnseatALiveLeader) {
  OmegaWorld world = settled(3);
  ASSERT_EQ(leader(world), 1u);
  world.cut(1, 2);  // 2 cannot hear the leader
  world.run(ms(1000));
  for (int i = 0; i < 20; ++i) {
    world.kill(id(3), true);
    world.run(ms(37));
    world.start(id(3));
    world.run(ms(600));
  }
  EXPECT_EQ(world.reigns().size(), 1u);
}

TEST_F(ElectionTest, AChainLeavesALeaderThatHasAQuorumInPeace) {
  OmegaWorld world = settled(3);
  world.cut_both(1, 3);  // chained: 1 - 2 - 3
  world.run(ms(10'000));
  EXPECT_EQ(world.reigns().size(), 1u);
  EXPECT_EQ(leader(world), 1u);
  EXPECT_TRUE(world.omega(3).suspects());
}

TEST_F(ElectionTest, AClosedConnectionIsNoProof) {
  OmegaWorld world = settled(3);
  for (int i = 0; i < 20; ++i) {
    world.close_connection(1, 2);
    world.run(ms(101));
    EXPECT_FALSE(world.omega(2).suspects());
  }
  EXPECT_EQ(world.reigns().size(), 1u);
}

TEST_F(ElectionTest, AFollowerThatPausedJudgesItsTimersAfterItsInput) {
  OmegaWorld world = settled(3);
  const std::uint64_t canvasses = world.canvasses();
  world.pause(2, ms(3000));
  world.run(ms(5000));
  EXPECT_EQ(world.canvasses(), canvasses);
  EXPECT_EQ(world.reigns().size(), 1u);
}

TEST_F(ElectionTest, ALeaderThatPausedLongFollowsItsSuccessor) {
  OmegaWorld world = settled(3);
  world.pause(1, ms(3000));
  world.run(ms(5000));
  EXPECT_EQ(world.reigns().size(), 2u);
  EXPECT_EQ(world.leaders(), 1u);
  EXPECT_EQ(world.followers(world.reigns().back().ballot), 3u);
}

TEST_F(ElectionTest, ALeaderThatPausesWithinTheTimeoutStays) {
  OmegaWorld world = settled(3);
  for (int i = 0; i < 50; ++i) {
    world.pause(1, ms(70));
    world.run(ms(200));
  }
  EXPECT_EQ(world.reigns().size(), 1u);
}

TEST_F(ElectionTest, LearnsToLiveWithALeaderThatPausesOften) {
  OmegaWorld world = settled(3);
  for (int i = 0; i < 100; ++i) {
    world.pause(leader(world), ms(150));
    world.run(ms(300));
  }
  EXPECT_LE(world.reigns().size(), 8u) << "the timeout follows what was measured";
}

TEST_F(ElectionTest, ALeaderThatPausesIsKeptByFollowersThatWait) {
  OmegaWorld world = settled(3);
  // They have learned to wait for a leader like this one.
  for (int i = 0; i < 10; ++i) {
    world.pause(leader(world), ms(90));
    world.run(ms(200));
  }
  world.hand_over(1, 2);
  world.run(ms(1000));
  ASSERT_EQ(leader(world), 2u);
  const std::size_t reigns = world.reigns().size();
  world.pause(2, ms(150));
  world.run(ms(3000));
  EXPECT_EQ(world.reigns().size(), reigns) << "it does not take its own pause for their silence";
}

TEST_F(ElectionTest, AReplicaLeftBehindAtAHigherPromiseIsTakenBack) {
  OmegaWorld world = settled(3);
  const Ballot stale = ballot(40, 2);
  world.promise(3, stale);  // a candidate that reached only this one, and died
  world.run(ms(1000));
  EXPECT_EQ(leader(world), 1u);
  EXPECT_GT(world.reigns().back().ballot, stale);
  EXPECT_EQ(world.followers(world.reigns().back().ballot), 3u);
  EXPECT_EQ(world.reigns().size(), 2u);
}

// --- Abdication.

TEST_F(ElectionTest, ALeaderThatHearsNoQuorumFallsSilent) {
  OmegaWorld world = settled(3);
  world.isolate(1);
  EXPECT_TRUE(world.run_until(ms(110), [&] { return world.omega(1).suspects(); }));
  world.run(ms(5000));
  EXPECT_EQ(world.leaders(), 1u);
  EXPECT_EQ(world.reigns().size(), 2u);
}

TEST_F(ElectionTest, ALeaderThatIsHeardButHearsNobodyAbdicates) {
  OmegaWorld world = settled(3);
  world.cut(2, 1);
  world.cut(3, 1);
  EXPECT_TRUE(world.run_until(ms(300), [&] { return leader(world) > 1; }));
  world.run(ms(5000));
  EXPECT_EQ(world.leaders(), 1u);
  EXPECT_EQ(world.reigns().size(), 2u);
}

TEST_F(ElectionTest, ALeaderThatHearsButIsNotHeardIsReplaced) {
  OmegaWorld world = settled(3);
  world.cut(1, 2);
  world.cut(1, 3);
  EXPECT_TRUE(world.run_until(ms(300), [&] { return leader(world) > 1; }));
  world.run(ms(5000));
  EXPECT_EQ(world.leaders(), 1u);
  EXPECT_EQ(world.reigns().size(), 2u);
}

TEST_F(ElectionTest, WithoutAQuorumNobodyLeadsAndNoBallotIsRaised) {
  OmegaWorld world = settled(5);
  world.kill(id(1), true);
  world.kill(id(2), true);
  world.kill(id(3), true);
  const Ballot before = world.highest_promise();
  world.run(ms(10'000));
  EXPECT_EQ(world.leaders(), 0u);
  EXPECT_EQ(world.highest_promise(), before);
  world.start(id(1));
  EXPECT_TRUE(world.elects(kCap + ms(700)));
}

// --- Partial connectivity (Ng, Haridi, Carbone, "Omni-Paxos", section 2).

TEST_F(ElectionTest, HubElectsTheOneThatIsConnectedToAQuorum) {
  for (std::uint32_t hub = 1; hub <= 5; ++hub) {
    OmegaWorld world = settled(5);
    for (std::uint32_t a = 1; a <= 5; ++a) {
      for (std::uint32_t b = a + 1; b <= 5; ++b) {
        if (a != hub && b != hub) world.cut_both(a, b);
      }
    }
    EXPECT_TRUE(world.run_until(ms(1500), [&] { return leader(world) == hub; })) << hub;
    const std::size_t reigns = world.reigns().size();
    world.run(ms(10'000));
    EXPECT_EQ(leader(world), hub);
    EXPECT_EQ(world.leaders(), 1u);
    EXPECT_EQ(world.reigns().size(), reigns);
    EXPECT_LE(reigns, 2u);
  }
}

TEST_F(ElectionTest, ConstrainedElectsAHubThatLagsBehind) {
  for (std::uint32_t hub = 2; hub <= 5; ++hub) {
    OmegaWorld world = settled(5);
    ASSERT_EQ(leader(world), 1u);
    for (std::uint32_t i = 2; i <= 5; ++i) world.log_end(i, i == hub ? 1 : 100);
    world.isolate(1);
    for (std::uint32_t a = 2; a <= 5; ++a) {
      for (std::uint32_t b = a + 1; b <= 5; ++b) {
        if (a != hub && b != hub) world.cut_both(a, b);
      }
    }
    EXPECT_TRUE(world.run_until(ms(2000), [&] { return leader(world) == hub; })) << hub;
    world.run(ms(10'000));
    EXPECT_EQ(leader(world), hub);
    EXPECT_EQ(world.leaders(), 1u);
    EXPECT_EQ(world.reigns().size(), 2u);
  }
}

TEST_F(ElectionTest, ChainOfFiveElectsOneThatReachesAQuorum) {
  for (std::uint32_t first = 1; first <= 5; ++first) {
    OmegaWorld world = settled(5);
    // The chain begins at `first`: the old leader, 1, is at every place of it in turn.
    const auto at_place = [&](std::uint32_t place) { return (first + place) % 5 + 1; };
    for (std::uint32_t a = 0; a < 5; ++a) {
      for (std::uint32_t b = a + 2; b < 5; ++b) world.cut_both(at_place(a), at_place(b));
    }
    world.run(ms(3000));
    const std::size_t reigns = world.reigns().size();
    world.run(ms(10'000));
    EXPECT_EQ(world.reigns().size(), reigns) << "stable";
    EXPECT_TRUE(world.serving());
    EXPECT_EQ(world.leaders(), 1u);
  }
}

TEST_F(ElectionTest, EveryPairCutOneWayOfThreeStillHasOneLeader) {
  for (std::uint32_t from = 1; from <= 3; ++from) {
    for (std::uint32_t to = 1; to <= 3; ++to) {
      if (from == to) continue;
      OmegaWorld world = settled(3);
      world.cut(from, to);
      world.run(ms(3000));
      const std::size_t reigns = world.reigns().size();
      world.run(ms(10'000));
      EXPECT_EQ(world.reigns().size(), reigns) << from << " to " << to;
      EXPECT_TRUE(world.serving()) << from << " to " << to;
      EXPECT_EQ(world.leaders(), 1u);
    }
  }
}

// --- Duels and order.

TEST_F(ElectionTest, CandidatesThatCampaignAtTheSameMomentResolveSoon) {
  // Ranks apart by less than a message takes: all canvass, all find a quorum willing.
  Settings settings;
  settings.rank_step = {1};
  for (std::uint32_t count = 2; count <= 9; ++count) {
    OmegaWorld world(count, settings);
    world.start_all();
    EXPECT_TRUE(world.elects(kCap + ms(count <= 3 ? 10 : 250))) << count;
    EXPECT_GT(world.campaigns(), 1u) << "no duel, no test";
    world.run(ms(5000));
    EXPECT_EQ(world.leaders(), 1u);
    EXPECT_TRUE(world.serving());
  }
}

TEST_F(ElectionTest, DuelsResolveOverSlowLinksAsWell) {
  OmegaWorld world(5);
  world.delay(ms(45));  // more than a rank
  world.start_all();
  EXPECT_TRUE(world.elects(ms(3000)));
  world.run(ms(1000));
  const std::size_t reigns = world.reigns().size();
  world.run(ms(10'000));
  EXPECT_EQ(world.reigns().size(), reigns);
}

TEST_F(ElectionTest, ElectsWhenAnswersTakeLongerThanTheFloor) {
  OmegaWorld world(5);
  world.delay(ms(90));
  world.start_all();
  EXPECT_TRUE(world.elects(ms(5000)));
  world.run(ms(2000));
  const std::size_t reigns = world.reigns().size();
  world.run(ms(20'000));
  EXPECT_EQ(world.reigns().size(), reigns);
  EXPECT_TRUE(world.serving());
}

TEST_F(ElectionTest, TheBestSuccessorTakesOver) {
  OmegaWorld world(5);
  world.priority(4, 7);
  world.log_end(3, 100);
  world.start_all();
  EXPECT_TRUE(world.elects(ms(1000)));
  ASSERT_EQ(leader(world), 1u);
  world.run(ms(500));
  world.kill(id(1), false);
  world.run(ms(300));
  EXPECT_EQ(leader(world), 4u) << "the highest priority";
  world.kill(id(4), false);
  world.run(ms(300));
  EXPECT_EQ(leader(world), 3u) << "then the most complete log";
  EXPECT_EQ(world.campaigns(), 3u);
}

TEST_F(ElectionTest, AHandOverNeedsNoSilenceAndNoCanvass) {
  OmegaWorld world = settled(5);
  const std::uint64_t canvasses = world.canvasses();
  world.hand_over(1, 4);
  EXPECT_TRUE(world.run_until(ms(4), [&] { return leader(world) == 4; }));
  EXPECT_EQ(world.canvasses(), canvasses);
  world.run(ms(3000));
  EXPECT_EQ(world.reigns().size(), 2u);
  EXPECT_EQ(world.leaders(), 1u);
  EXPECT_EQ(world.followers(world.reigns().back().ballot), 5u);
}

TEST_F(ElectionTest, AHandOverToADeadSuccessorEndsInAnElection) {
  OmegaWorld world = settled(5);
  world.kill(id(4), false);
  world.hand_over(1, 4);
  EXPECT_TRUE(world.elects(ms(300)));
  EXPECT_NE(leader(world), 4u);
  world.run(ms(3000));
  EXPECT_EQ(world.leaders(), 1u);
  EXPECT_EQ(world.reigns().size(), 2u);
}

TEST_F(ElectionTest, AHandOverToNobodyInParticularElectsAtOnce) {
  OmegaWorld world = settled(3);
  world.hand_over(1, 0);
  EXPECT_TRUE(world.run_until(ms(10), [&] { return leader(world) > 1; }));
}

// --- Whatever happened before, one leader stays once it is over.

class ChaosTest : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  std::uint32_t draw(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
  std::uint32_t someone() { return draw(count_) + 1; }

  void disturb(OmegaWorld& world) {
    switch (draw(7)) {
      case 0:
        return world.cut(someone(), someone());
      case 1:
        return world.isolate(someone());
      case 2:
        return world.heal();
      case 3:
        return world.kill(id(someone()), draw(2) == 0);
      case 4:
        return world.start(id(someone()));
      case 5:
        return world.pause(someone(), ms(draw(800)));
      default:
        return world.promise(someone(), ballot(world.highest_promise().round + 1, someone()));
    }
  }

  std::mt19937_64 random_{GetParam()};
  std::uint32_t count_ = 3 + 2 * draw(3);
};

TEST_P(ChaosTest, OneLeaderStaysOnceItIsOver) {
  OmegaWorld world(count_);
  world.delay(ms(1 + draw(60)));
  world.start_all();
  for (int i = 0; i < 60; ++i) {
    disturb(world);
    world.run(ms(draw(400)));
  }
  world.heal();
  for (std::uint32_t i = 1; i <= count_; ++i) {
    if (!world.alive(i)) world.start(id(i));
  }
  world.run(ms(15'000));
  const std::size_t reigns = world.reigns().size();
  world.run(ms(10'000));
  EXPECT_EQ(world.reigns().size(), reigns);
  EXPECT_EQ(world.leaders(), 1u);
  EXPECT_TRUE(world.serving());
  EXPECT_EQ(world.followers(world.reigns().back().ballot), count_);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChaosTest, ::testing::Range(1u, 201u));

}  // namespace
}  // namespace decree::leases
