// What each message says of its sender's disk, and whom that keeps out.
#include "replica/peers.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace decree::replica {
namespace {

using transport::Handshake;
using transport::Introduction;

constexpr ReplicaId kPeer{2};
constexpr Incarnation kLife{77};

Ballot ballot(std::uint64_t round, ReplicaId replica = kPeer) { return {round, replica, kLife}; }

Introduction stated(std::uint64_t start, const Ballot& promised = {}, std::uint64_t log_end = 0) {
  return {kLife, StartNumber{start}, promised, Slot{log_end}};
}

class PeersTest : public testing::Test {
 protected:
  bool welcome(const Introduction& introduction, Handshake part = Handshake::hello) {
    return peers_.meet(kPeer, part, introduction).empty();
  }
  Peers peers_;
};

TEST_F(PeersTest, TheFirstIncarnationStays) {
  EXPECT_TRUE(welcome(stated(1)));
  EXPECT_EQ(peers_.incarnation(kPeer), kLife);
  Introduction stranger = stated(9);
  stranger.incarnation = Incarnation{78};
  EXPECT_FALSE(welcome(stranger));
  EXPECT_FALSE(welcome(stranger, Handshake::answer));
  EXPECT_EQ(peers_.incarnation(kPeer), kLife);
  peers_.recovered(ReplicaId{3}, kLife);
  EXPECT_NE(peers_.meet(ReplicaId{3}, Handshake::hello, stranger), "");
}

TEST_F(PeersTest, HoldsAHelloAgainstEarlierOnes) {
  ASSERT_TRUE(welcome(stated(4, ballot(6), 50)));
  EXPECT_TRUE(welcome(stated(4, ballot(6), 50))) << "the same again";
  EXPECT_FALSE(welcome(stated(3, ballot(6), 50)));
  EXPECT_FALSE(welcome(stated(5, ballot(5), 50)));
  EXPECT_FALSE(welcome(stated(5, ballot(6), 49)));
  EXPECT_FALSE(welcome(stated(3, ballot(7), 51), Handshake::answer));
  EXPECT_TRUE(welcome(stated(5, ballot(7), 51)));
  EXPECT_FALSE(welcome(stated(5, ballot(6), 50))) << "the newer one is remembered";
}

TEST_F(PeersTest, OfTwoProcessesOnCopiesOneIsRefused) {
  Introduction original = stated(4, ballot(6), 50);
  original.process = 111;
  Introduction copy = original;
  copy.process = 222;
  ASSERT_TRUE(welcome(original));
  EXPECT_FALSE(welcome(copy));
  EXPECT_FALSE(welcome(copy, Handshake::answer));
  EXPECT_TRUE(welcome(original)) << "a connection that is made anew";
  EXPECT_TRUE(welcome(original, Handshake::answer));
  copy.start = StartNumber{5};
  EXPECT_TRUE(welcome(copy)) << "a start has a number of its own";
  EXPECT_FALSE(welcome(original)) << "and the one before is over";
}

TEST_F(PeersTest, ARefusedHelloIsNotRemembered) {
  ASSERT_TRUE(welcome(stated(4, ballot(6), 50)));
  EXPECT_FALSE(welcome(stated(9, ballot(9), 49)));
  EXPECT_TRUE(welcome(stated(4, ballot(6), 50)));
}

// The two connections of a pair have no order between them.
TEST_F(PeersTest, AnAnswerMayBeOlderThanFramesThatCameBeforeIt) {
  ASSERT_TRUE(welcome(stated(4, ballot(6), 50)));
  peers_.hello_sent(kPeer);
  peers_.heard(kPeer, Prepare{ballot(8), {}, {}, {}}, nullptr);
  EXPECT_TRUE(welcome(stated(4, ballot(6), 50), Handshake::answer));
  EXPECT_FALSE(welcome(stated(4, ballot(5), 50), Handshake::answer));
  EXPECT_FALSE(welcome(stated(4, ballot(6), 49), Handshake::answer));
  EXPECT_FALSE(welcome(stated(4, ballot(6), 50))) << "a hello is not";
  peers_.hello_sent(kPeer);
  EXPECT_FALSE(welcome(stated(4, ballot(6), 50), Handshake::answer));
}

// Nor does what an answer states count against a hello that was sent before it.
TEST_F(PeersTest, AnAnswerIsNotRemembered) {
  ASSERT_TRUE(welcome(stated(4, ballot(6), 50)));
  EXPECT_TRUE(welcome(stated(4, ballot(7), 60), Handshake::answer));
  EXPECT_TRUE(welcome(stated(4, ballot(6), 50)));
}

TEST(StandingTest, IsTheHighestOfTheRecords) {
  Standing standing;
  const auto add = [&](RecordKind kind, std::uint64_t round, std::uint64_t last) {
    standing.add(Record{kind, ballot(round), Slot{1}, Slot{last}, {}});
    return std::pair(standing.promised.round, standing.log_end.value);
  };
  EXPECT_EQ(add(RecordKind::promise, 3, 99), std::pair(3ul, 0ul));
  EXPECT_EQ(add(RecordKind::accept, 4, 7), std::pair(4ul, 7ul));
  EXPECT_EQ(add(RecordKind::accept, 2, 5), std::pair(4ul, 7ul));
  EXPECT_EQ(add(RecordKind::chosen, 9, 8), std::pair(4ul, 8ul));
  EXPECT_EQ(add(RecordKind::reserve, 5, 9), std::pair(5ul, 8ul));
  for (const RecordKind other : {RecordKind::watermark, RecordKind::lease, RecordKind::peer}) {
    EXPECT_EQ(add(other, 99, 99), std::pair(5ul, 8ul)) << static_cast<int>(other);
  }
  standing.add(Standing{ballot(3), Slot{9}});
  EXPECT_TRUE(standing.covers({ballot(5), Slot{9}}));
  EXPECT_FALSE(standing.covers({ballot(6), Slot{9}}));
  EXPECT_FALSE(standing.covers({ballot(5), Slot{10}}));
}

struct Case {
  Message message;
  Standing told;
};

TEST(Implied, ByEachMessage) {
  const Ballot own = ballot(5);
  const Ballot ours = ballot(5, ReplicaId{1});
  const std::vector<Case> cases{
      {Prepare{own, Slot{9}, {}, {}}, {own, {}}},
      {Accept{own, Slot{3}, Slot{9}, Slot{8}, {}, {}}, {own, {}}},
      {Watermark{own, Slot{9}}, {own, {}}},
      {Heartbeat{own, 1, Slot{3}, Slot{9}, Slot{8}, {}, {}, {}}, {own, {}}},
      {Release{own, {}}, {own, {}}},
      {Promise{ours, {}, true, Slot{9}, 0, {}, {}, {}}, {ours, Slot{9}}},
      {Accepted{ours, Slot{9}, {}}, {ours, {}}},
      // Neither is what follows durable ...
      {Refused{ours, own}, {}},
      {HeartbeatAnswer{ours, 1, Slot{9}, {}, 0, false, {}}, {}},
      {HeartbeatAnswer{ours, 1, Slot{9}, {}, 0, false, own}, {own, {}}},
      {Canvass{1, own, Slot{9}, 0}, {}},
      {CanvassAnswer{1, true, own}, {}},
      {Fetch{Slot{1}, Slot{9}}, {}},
      {Chosen{Slot{1}, {}}, {}},
      // ... nor may anybody speak for another's ballot.
      {Prepare{ours, Slot{9}, {}, {}}, {}},
      {Heartbeat{ours, 1, Slot{3}, Slot{9}, Slot{8}, {}, {}, {}}, {}},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.message.index());
    const Standing told = implied(kPeer, each.message, nullptr);
    EXPECT_EQ(told.promised, each.told.promised);
    EXPECT_EQ(told.log_end, each.told.log_end);
  }
}

// The acceptances of a leader's own ballot, from its first slot on.
TEST(Implied, ByAcceptances) {
  const paxos::Voters voters({ReplicaId{1}, kPeer, ReplicaId{3}});
  const Ballot ours = ballot(5, ReplicaId{1});
  paxos::SlotLog log;
  paxos::Candidate candidate(ours, {}, Lsn{});
  candidate.prepare_sent(ReplicaId{1}, Slot{10}, log, {});
  log.trim(Slot{10});
  const paxos::Leader leader(candidate, ReplicaId{1}, voters, log);
  const auto through = [&](const Ballot& of, std::uint64_t slot) {
    return implied(kPeer, Accepted{of, Slot{slot}, {}}, &leader).log_end;
  };
  EXPECT_EQ(through(ours, 11), Slot{11});
  EXPECT_EQ(through(ours, 10), Slot{}) << "all before the first slot, of which it says nothing";
  EXPECT_EQ(through(ballot(4, ReplicaId{1}), 11), Slot{}) << "where that ballot began is forgotten";
}

}  // namespace
}  // namespace decree::replica
