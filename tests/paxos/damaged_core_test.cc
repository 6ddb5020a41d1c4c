// A core whose log has lost something.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/paxos/core_fixture.h"

namespace decree::paxos::test {
namespace {

// A core whose log had a hole: slots 1 and 2 are left, through 4 all is known chosen, and slots
// through 6 may have been accepted under ballots of the second replica.
class DamagedCoreTest : public CoreTest {
 protected:
  DamagedCoreTest() {
    core_.recover_damage({Slot{4}, {kOther, Slot{6}}});
    core_.peer_disconnected(kSecond);
    core_.peer_connected(kSecond);
  }

  /// As the own log or a peer has them.
  Chosen values(std::uint64_t first, std::size_t count) {
    return {Slot{first}, std::span(values_).first(count)};
  }

  /// Everything known chosen is here again, and the prepare has left.
  Ballot campaign_repaired() {
    core_.learn_own(values(1, 4));
    core_.repaired();
    const Ballot own = core_.next_ballot({});
    core_.campaign(own, {});
    turn();
    turn();
    return own;
  }

  std::vector<Value> values_ = std::vector<Value>(8);
};

TEST_F(DamagedCoreTest, AsksItsOwnLogAndThenItsPeers) {
  turn();
  ASSERT_EQ(output_.fetches.size(), 1u);
  EXPECT_EQ(output_.fetches[0].to, kSelf);
  EXPECT_EQ(output_.fetches[0].first, Slot{1});
  EXPECT_EQ(output_.fetches[0].last, Slot{4});
  core_.learn_own(values(1, 2));
  turn();
  ASSERT_EQ(output_.fetches.size(), 1u) << "perhaps there is more";
  core_.learn_own(values(3, 0));
  turn();
  ASSERT_EQ(sent_to<Fetch>(kSecond).size(), 1u);
  EXPECT_EQ(sent_to<Fetch>(kSecond)[0].first, Slot{3});
  step(kSecond, values(3, 1));
  turn();
  ASSERT_EQ(output_.fetches.size(), 1u) << "the own log may go on behind the hole";
  core_.learn_own(values(4, 1));
  EXPECT_TRUE(core_.wants_acceptances());
  EXPECT_EQ(core_.announced(), Slot{4});
}

// A reservation was one above a promise, and may have been used.
TEST_F(DamagedCoreTest, UsesNoBallotThatMayHaveBeenReserved) {
  EXPECT_EQ(core_.next_ballot({}).round, kOther.round + 2);
  EXPECT_EQ(core_.reserved().round, kOther.round + 1);
}

TEST_F(DamagedCoreTest, PromisesOnlyWhenItCanSayWhatItAccepted) {
  const Ballot third{9, kThird, {}};
  step(kThird, Prepare{third, {}, {}, kOther});
  turn();
  turn();
  EXPECT_EQ(core_.promised(), third) << "it keeps the promise";
  EXPECT_TRUE(sent_to<Promise>(kThird).empty()) << "but does not answer";
  core_.learn_own(values(1, 4));
  turn();
  EXPECT_TRUE(sent_to<Promise>(kThird).empty());
  ASSERT_TRUE(core_.wants_acceptances());
  core_.repaired();
  turn();
  turn();
  ASSERT_EQ(sent_to<Promise>(kThird).size(), 1u);
  EXPECT_EQ(sent_to<Promise>(kThird)[0].known_chosen, Slot{4});
  EXPECT_EQ(sent_to<Promise>(kThird)[0].lost, kOther);
  EXPECT_EQ(sent_to<Promise>(kThird)[0].lost_through, Slot{6});
}

TEST_F(DamagedCoreTest, LostAcceptancesCountBesideOnesAsHigh) {
  const Ballot own = campaign_repaired();
  const AcceptedValue fifth{Slot{5}, kOther, {}};
  step(kSecond, Promise{own, Slot{4}, true, Slot{4}, 0, {}, {}, {&fifth, 1}});
  EXPECT_EQ(core_.leader(), nullptr) << "slot 6 may have been accepted here";
  step(kThird, Promise{own, Slot{4}, true, Slot{4}, 0, {}, {}, {}});
  ASSERT_NE(core_.leader(), nullptr);
  EXPECT_EQ(core_.gave_up(), Slot{}) << "two whole reports";
}

TEST_F(DamagedCoreTest, AFullSetOfDoubtfulReportsIsTakenAndSaid) {
  const Ballot own = campaign_repaired();
  step(kSecond, Promise{own, Slot{4}, true, Slot{4}, 0, kOther, Slot{6}, {}});
  EXPECT_EQ(core_.leader(), nullptr);
  step(kThird, Promise{own, Slot{4}, true, Slot{4}, 0, {}, {}, {}});
  ASSERT_NE(core_.leader(), nullptr);
  EXPECT_EQ(core_.gave_up(), Slot{5});
}

}  // namespace
}  // namespace decree::paxos::test
