#include "leases/ranking.h"

#include <gtest/gtest.h>

#include "tests/leases/times.h"

namespace decree::leases {
namespace {

constexpr ReplicaId kNobody{};

Succession list(std::initializer_list<std::uint32_t> ids) {
  Succession list{};
  std::size_t at = 0;
  for (const std::uint32_t n : ids) list.at(at++) = id(n);
  return list;
}

class RankingTest : public ::testing::Test {
 protected:
  Ranking of(std::uint32_t self, std::uint32_t priority = 0) const {
    return Ranking(voters_, id(self), priority);
  }
  Voters voters_ = voters(5);
};

TEST_F(RankingTest, IdsOrderThoseWhoKnowNothingOfEachOther) {
  for (std::uint32_t i = 1; i <= 5; ++i) EXPECT_EQ(of(i, 10 * i).rank(kNobody), i - 1);
}

TEST_F(RankingTest, TheMissingLeaderIsNotWaitedFor) {
  EXPECT_EQ(of(3).rank(id(1)), 1u);
  EXPECT_EQ(of(3).rank(id(4)), 2u);
}

TEST_F(RankingTest, PriorityGoesBeforeLogEndAndLogEndBeforeId) {
  Ranking three = of(3, 5);
  three.own_log_end(Slot{50});
  three.learned(id(1), 4, Slot{90});
  three.learned(id(2), 5, Slot{49});
  three.learned(id(4), 5, Slot{51});
  three.learned(id(5), 6, Slot{1});
  EXPECT_EQ(three.rank(kNobody), 2u);
  three.learned(id(2), 5, Slot{50});
  EXPECT_EQ(three.rank(kNobody), 3u) << "equal but for the id";
}

TEST_F(RankingTest, WhoIsNotFitToLeadLetsTheOthersGoFirst) {
  Ranking two = of(2, 9);
  two.own_impaired(true);
  for (const std::uint32_t i : {1u, 3u, 4u, 5u}) two.learned(id(i), 0, Slot{});
  two.learned_impaired(id(3), true);
  EXPECT_EQ(two.rank(kNobody), 3u) << "3 is as unfit, and has a lower priority";
  two.own_impaired(false);
  EXPECT_EQ(two.rank(kNobody), 0u);
  PerReplica<bool> connected(true);
  EXPECT_EQ(two.successors(connected), list({1, 4, 5, 3}));
  connected[id(1)] = false;
  EXPECT_EQ(two.successors(connected), list({4, 5, 3, 1})) << "who is away comes last of all";
}

TEST_F(RankingTest, TheLeadersListGoesBeforeEverythingElse) {
  Ranking three = of(3, 1000);
  three.adopt(list({5, 3, 2, 4}));
  EXPECT_EQ(three.rank(id(1)), 1u);
  three.adopt({});
  EXPECT_EQ(three.rank(id(1)), 1u) << "2 only";
}

TEST_F(RankingTest, WhoIsNotListedRanksBehindTheListAndByAttributesThere) {
  Ranking three = of(3);
  three.adopt(list({5, 4}));
  EXPECT_EQ(three.rank(kNobody), 4u) << "5, 4, then 1 and 2 by id";
  three.learned(id(1), 0, Slot{0});
  three.learned(id(2), 0, Slot{0});
  three.own_log_end(Slot{1});
  EXPECT_EQ(three.rank(kNobody), 2u);
}

TEST_F(RankingTest, RanksAreDistinctWhenAllKnowTheSame) {
  for (const Succession& shared : {Succession{}, list({4, 2}), list({5, 4, 3, 2, 1})}) {
    std::vector<std::size_t> ranks;
    for (std::uint32_t i = 1; i <= 5; ++i) {
      Ranking ranking = of(i, i % 2);
      ranking.own_log_end(Slot{7});
      for (std::uint32_t j = 1; j <= 5; ++j) {
        if (j != i) ranking.learned(id(j), j % 2, Slot{7});
      }
      ranking.adopt(shared);
      ranks.push_back(ranking.rank(kNobody));
    }
    std::sort(ranks.begin(), ranks.end());
    EXPECT_EQ(ranks, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
  }
}

TEST_F(RankingTest, ALeaderListsTheConnectedFirstThenByPriorityLogEndAndId) {
  Ranking one = of(1);
  PerReplica<bool> connected(true);
  EXPECT_EQ(one.successors(connected), list({2, 3, 4, 5}));
  one.learned(id(5), 3, Slot{1});
  one.learned(id(4), 0, Slot{9});
  EXPECT_EQ(one.successors(connected), list({5, 4, 2, 3}));
  connected[id(5)] = false;
  EXPECT_EQ(one.successors(connected), list({4, 2, 3, 5}));
}

}  // namespace
}  // namespace decree::leases
