// Networks of well-behaved replicas on loopback.
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <random>

#include "nodes.h"

namespace decree::transport {
namespace {

class NetworkTest : public testing::Test {
 protected:
  Node& add(const NodeOptions& options) {
    auto& node = nodes_[options.origin.sender.value];
    node = std::make_unique<Node>(loop_, options);
    EXPECT_TRUE(node->started) << testing::PrintToString(node->notices);
    return *node;
  }
  void add_all(std::uint32_t count) {
    for (std::uint32_t id = 1; id <= count; ++id) add(options_of(id, count));
    ASSERT_TRUE(all_connected());
  }
  bool all_connected() {
    return run_until(loop_, [this] {
      for (const auto& [id, node] : nodes_) {
        for (const auto& [peer, other] : nodes_) {
          if (id != peer && !node->connected(peer)) return false;
        }
      }
      return true;
    });
  }

  Loop loop_;
  std::map<std::uint32_t, std::unique_ptr<Node>> nodes_;
};

TEST_F(NetworkTest, ConnectsAllToAll) {
  add_all(3);
  for (const auto& [id, node] : nodes_) {
    EXPECT_EQ(node->log.size(), 2u) << testing::PrintToString(node->log);
    for (const auto& [peer, incarnation] : node->incarnations) EXPECT_EQ(incarnation, 1000 + peer);
  }
}

// In both parts of a handshake, and as it is at that moment.
TEST_F(NetworkTest, StatesWhatIsDurable) {
  for (std::uint32_t id = 1; id <= 2; ++id) {
    NodeOptions options = options_of(id, 2);
    options.own = {Incarnation{1000 + id}, StartNumber{id},
                   Ballot{70 + id, ReplicaId{id}, Incarnation{id}}, Slot{500 + id}};
    add(options);
  }
  ASSERT_TRUE(all_connected());
  const auto stated = [&](std::uint32_t at, Handshake part, std::uint64_t round) {
    const Introduction& peer = nodes_[at]->met.at({3 - at, part});
    EXPECT_EQ(peer.promised, (Ballot{round, ReplicaId{3 - at}, Incarnation{3 - at}}));
    EXPECT_EQ(peer.log_end, Slot{round + 430});
    EXPECT_EQ(peer.start, StartNumber{3 - at});
  };
  for (const Handshake part : {Handshake::hello, Handshake::answer}) {
    stated(1, part, 72);
    stated(2, part, 71);
  }
  nodes_[2]->own.promised.round = 99;
  nodes_[2]->own.log_end = Slot{99 + 430};
  const int before = nodes_[2]->hellos[1];
  EXPECT_GT(before, 0);
  nodes_[1].reset();
  ASSERT_TRUE(run_until(loop_, [&] { return !nodes_[2]->connected(1); }));
  add(options_of(1, 2));
  ASSERT_TRUE(all_connected());
  for (const Handshake part : {Handshake::hello, Handshake::answer}) stated(1, part, 99);
  EXPECT_GT(nodes_[2]->hellos[1], before) << "each hello is told of before it is sent";
}

// Every frame arrives once, in order, aligned and as it was sent, also while all are kept.
TEST_F(NetworkTest, DeliversInOrderUnchangedAndAligned) {
  add_all(3);
  constexpr std::uint64_t kFrames = 3000;
  std::mt19937_64 dice(1);
  std::map<std::uint64_t, std::size_t> sizes;
  for (std::uint64_t tag = 0; tag < kFrames; ++tag) {
    sizes[tag] = 8 + dice() % 500 * 8 + (tag % 500 == 0 ? 300'000 : 0);
    for (auto& [id, node] : nodes_) {
      for (std::uint32_t to = 1; to <= 3; ++to) node->send(to, tag, sizes[tag]);
      if (dice() % 16 == 0) node->network.flush();
    }
    if (dice() % 16 == 0) loop_.poll();
  }
  for (auto& [id, node] : nodes_) node->network.flush();
  for (auto& [id, node] : nodes_) {
    for (std::uint32_t from = 1; from <= 3; ++from) {
      if (from == id) continue;
      const std::vector<Payload>& frames = node->frames[from];
      ASSERT_TRUE(run_until(loop_, [&] { return frames.size() >= kFrames; })) << frames.size();
      for (std::uint64_t tag = 0; tag < kFrames; ++tag) {
        ASSERT_EQ(tag_of(frames[tag]), tag);
        ASSERT_EQ(frames[tag].size(), kHeaderBytes + sizes[tag]);
        ASSERT_TRUE(checksum_good(frames[tag].view));
        ASSERT_EQ(reinterpret_cast<std::uintptr_t>(frames[tag].view.data()) % 8, 0u);
      }
    }
  }
}

TEST_F(NetworkTest, CarriesTheLargestFrames) {
  add_all(2);
  nodes_[1]->send(2, 1, 16u << 20);
  nodes_[1]->send(2, 2, kMaxFrameBytes - kHeaderBytes);
  nodes_[1]->send(2, 3);
  nodes_[1]->network.flush();
  const std::vector<Payload>& frames = nodes_[2]->frames[1];
  ASSERT_TRUE(run_until(loop_, [&] { return frames.size() == 3; }));
  EXPECT_EQ(frames[1].size(), kMaxFrameBytes);
  for (const Payload& frame : frames) EXPECT_TRUE(checksum_good(frame.view));
}

TEST_F(NetworkTest, SharesOneFrameAmongPeers) {
  add_all(3);
  const Payload frame = frame_of(nodes_[1]->origin, 9, 1u << 20);
  for (const std::uint32_t to : {2u, 3u}) nodes_[1]->network.send(ReplicaId{to}, frame);
  nodes_[1]->network.flush();
  for (const std::uint32_t at : {2u, 3u}) {
    ASSERT_TRUE(run_until(loop_, [&] { return nodes_[at]->frames[1].size() == 1; }));
    EXPECT_EQ(tag_of(nodes_[at]->frames[1][0]), 9u);
  }
  EXPECT_TRUE(frame.owner.bytes().data() != nullptr);
}

TEST_F(NetworkTest, DropsWhatIsSentToNobody) {
  Node& node = add(options_of(1, 3));
  for (const std::uint32_t to : {0u, 1u, 2u, 63u, 64u, 4'000'000'000u}) node.send(to, 1);
  node.network.flush();
  loop_.poll();
  EXPECT_FALSE(node.connected(2));
  EXPECT_TRUE(node.log.empty());
}

TEST_F(NetworkTest, PeerThatRestartsIsMissedAndMetAgain) {
  add_all(3);
  NodeOptions options = options_of(2, 3);
  for (std::uint64_t start = 2; start < 30; ++start) {
    nodes_.erase(2);
    for (const std::uint32_t id : {1u, 3u}) {
      ASSERT_TRUE(run_until(loop_, [&] { return nodes_[id]->log.back() == "down 2"; }));
      EXPECT_FALSE(nodes_[id]->connected(2));
      EXPECT_TRUE(nodes_[id]->connected(4 - id));
    }
    options.own.start = StartNumber{start};
    const auto before = std::chrono::steady_clock::now();
    add(options);
    ASSERT_TRUE(all_connected());
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(1));
    nodes_[1]->send(2, start);
    nodes_[2]->send(1, start);
    nodes_[1]->network.flush();
    nodes_[2]->network.flush();
    ASSERT_TRUE(run_until(loop_, [&] { return nodes_[2]->frames[1].size() == 1; }));
    ASSERT_TRUE(run_until(loop_, [&] { return nodes_[1]->frames[2].size() == start - 1; }));
    EXPECT_EQ(nodes_[1]->log.back(), "up 2");
  }
  EXPECT_EQ(nodes_[1]->log.size(), 2u + 2u * 28u) << "one loss and one return a restart";
}

// All at once, again and again: nobody ends up with half a pair, and nobody flaps.
TEST_F(NetworkTest, SettlesAfterEverybodyRestarts) {
  for (std::uint64_t start = 1; start < 10; ++start) {
    nodes_.clear();
    for (std::uint32_t id = 1; id <= 5; ++id) {
      NodeOptions options = options_of(id, 5);
      options.own.start = StartNumber{start};
      add(options);
      loop_.poll();
    }
    ASSERT_TRUE(all_connected());
    for (const auto& [id, node] : nodes_) {
      EXPECT_EQ(node->log.size(), 4u) << testing::PrintToString(node->log);
    }
  }
}

TEST_F(NetworkTest, ClosesFromWithinAnEvent) {
  add_all(2);
  nodes_[2]->frame_hook = [this](ReplicaId) { nodes_[2]->network.close(); };
  for (std::uint64_t tag = 0; tag < 10; ++tag) nodes_[1]->send(2, tag);
  nodes_[1]->network.flush();
  ASSERT_TRUE(run_until(loop_, [&] { return nodes_[1]->log.back() == "down 2"; }));
  EXPECT_EQ(nodes_[2]->frames[1].size(), 1u);
  EXPECT_EQ(nodes_[2]->log.back(), "up 1") << "nothing is reported after close";
}

TEST_F(NetworkTest, SaysWhyItCannotListen) {
  add(options_of(1, 2));
  Node second(loop_, options_of(1, 2));
  EXPECT_FALSE(second.started);
  EXPECT_EQ(second.noticed("cannot listen on " + loopback() + ":20001"), 1u);
}

TEST_F(NetworkTest, SaysOnceThatAPeerCannotBeReached) {
  NodeOptions options = options_of(1, 2);
  options.limits.retry_first = options.limits.retry_last = std::chrono::milliseconds(1);
  Node& node = add(options);
  ASSERT_TRUE(run_until(loop_, [&] { return node.noticed("no connection to replica 2") == 1; }));
  int turns = 0;
  ASSERT_TRUE(run_until(loop_, [&] { return ++turns == 100; }));
  EXPECT_EQ(node.notices.size(), 1u) << testing::PrintToString(node.notices);
}

// The limit of an attempt passes while its answer is being read: it is no loss then.
TEST_F(NetworkTest, AnswerThatComesWithTheLimit) {
  boost::asio::ip::tcp::acceptor listener(loop_.asio(),
                                          {boost::asio::ip::make_address(loopback()), port_of(2)});
  NodeOptions options = options_of(1, 2);
  options.limits.hello = std::chrono::milliseconds(200);
  Node& node = add(options);
  const auto limit = std::chrono::steady_clock::now() + options.limits.hello;
  Raw peer(loop_);
  ASSERT_TRUE(peer.accept(listener));
  peer.read(encode(node.origin, Hello{}).size());
  // Another handler keeps the thread past the limit; Asio then has both ready, the answer first.
  boost::asio::post(loop_.asio(), [limit] {
    while (std::chrono::steady_clock::now() < limit) {
    }
  });
  const Payload answer = encode({kCluster, 0, ReplicaId{2}}, HelloAnswer{true, life(1002), ""});
  boost::system::error_code error;
  ASSERT_EQ(peer.socket().write_some(boost::asio::buffer(answer.view.data(), answer.size()), error),
            answer.size());
  ASSERT_TRUE(run_until(loop_, [&] { return !node.log.empty() || !node.notices.empty(); }));
  loop_.poll();
  if (node.log.empty()) GTEST_SKIP() << "too slow a machine: the limit had passed before";
  EXPECT_TRUE(node.connected(2)) << testing::PrintToString(node.notices);
  EXPECT_EQ(node.log, std::vector<std::string>{"up 2"});
}

TEST_F(NetworkTest, ReachesAPeerByName) {
  NodeOptions first = options_of(1, 2);
  NodeOptions second = options_of(2, 2);
  second.listen.host = "localhost";
  second.listen.port = 0;
  const Node& node = add(second);
  ASSERT_NE(node.network.port(), 0);
  first.peers[1] = {ReplicaId{2}, "localhost", node.network.port()};
  add(first);
  EXPECT_TRUE(all_connected());
}

}  // namespace
}  // namespace decree::transport
