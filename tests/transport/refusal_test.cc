// Who is not let in: both sides hear why.
#include <gtest/gtest.h>

#include "nodes.h"

namespace decree::transport {
namespace {

class RefusalTest : public testing::Test {
 protected:
  // Both networks know two members; `change` makes the second one somebody else.
  void start(const std::function<void(NodeOptions&)>& change) {
    first_ = std::make_unique<Node>(loop_, options_of(1, 2));
    NodeOptions options = options_of(2, 2);
    change(options);
    second_ = std::make_unique<Node>(loop_, options);
  }
  bool both_notice(const std::string& at_first, const std::string& at_second) {
    const bool noticed = run_until(
        loop_, [&] { return first_->noticed(at_first) > 0 && second_->noticed(at_second) > 0; });
    if (!noticed) {
      ADD_FAILURE() << testing::PrintToString(first_->notices)
                    << testing::PrintToString(second_->notices);
    }
    EXPECT_TRUE(first_->log.empty()) << "never connected";
    EXPECT_TRUE(second_->log.empty());
    return noticed;
  }

  Loop loop_;
  std::unique_ptr<Node> first_;
  std::unique_ptr<Node> second_;
};

TEST_F(RefusalTest, AnotherCluster) {
  start([](NodeOptions& options) { options.origin.cluster = 78; });
  EXPECT_TRUE(both_notice("cluster 78, this is cluster 77", "cluster 77, this is cluster 78"));
}

TEST_F(RefusalTest, AnotherGroup) {
  start([](NodeOptions& options) { options.origin.group = 5; });
  EXPECT_TRUE(both_notice("group 5, this is group 0", "group 0, this is group 5"));
}

TEST_F(RefusalTest, AnIdThatIsNoMember) {
  start([](NodeOptions& options) { options.origin.sender = ReplicaId{9}; });
  EXPECT_TRUE(both_notice("calling itself replica 9: replica 9 is not a member here",
                          "refuses this replica: replica 9 is not a member here"));
}

TEST_F(RefusalTest, TheSameIdTwice) {
  start([](NodeOptions& options) {
    options.origin.sender = ReplicaId{1};
    options.peers[0].id = ReplicaId{2};  // so that it dials the first one
  });
  EXPECT_TRUE(both_notice("it calls itself replica 1, as this one", "it refuses this replica"));
}

TEST_F(RefusalTest, AnotherReplicaThanTheOneWanted) {
  start([](NodeOptions& options) {
    options.origin.sender = ReplicaId{2};
    options.peers = members(4);
    std::swap(options.peers[0].port, options.peers[3].port);  // replica 4 is where 1 should be
  });
  EXPECT_TRUE(run_until(loop_, [&] {
    return first_->noticed("it wants replica 4, this is replica 1") > 0 &&
           second_->noticed("replica 4 at " + loopback() + ":20001: it refuses") > 0;
  }));
}

TEST_F(RefusalTest, AnotherIncarnation) {
  start([](NodeOptions& options) { options.own.incarnation = Incarnation{5}; });
  first_->admitted[2] = 1002;
  EXPECT_TRUE(both_notice("incarnation 5 is a stranger", "incarnation 5 is a stranger"));
}

// Nothing happens twice to a peer that nothing new can be said about, and it gets in once it may.
TEST_F(RefusalTest, IsSaidOnceAndEndsWhenItsCauseDoes) {
  start([](NodeOptions& options) {
    options.own.incarnation = Incarnation{5};
    options.limits.retry_first = options.limits.retry_last = std::chrono::milliseconds(1);
  });
  first_->admitted[2] = 1002;
  ASSERT_TRUE(both_notice("incarnation 5 is a stranger", "incarnation 5 is a stranger"));
  int turns = 0;
  ASSERT_TRUE(run_until(loop_, [&] { return ++turns == 300; }));
  EXPECT_LE(first_->noticed("incarnation 5"), 2u) << testing::PrintToString(first_->notices);
  EXPECT_LE(second_->noticed("incarnation 5"), 2u) << testing::PrintToString(second_->notices);
  first_->admitted.clear();
  EXPECT_TRUE(run_until(loop_, [&] { return first_->connected(2) && second_->connected(1); }));
}

TEST_F(RefusalTest, AnotherWireVersion) {
  Node node(loop_, options_of(1, 2));
  Raw raw(loop_);
  raw.dial(1);
  Payload hello = encode(Origin{kCluster, 0, ReplicaId{2}}, Hello{ReplicaId{1}, {}});
  hello.owner.bytes()[12] = std::byte{7};
  ASSERT_TRUE(raw.write(hello.view));
  EXPECT_TRUE(raw.hello_refused("wire version 7, this replica speaks 1"));
  EXPECT_EQ(node.noticed("calling itself replica 2: wire version 7"), 1u);
}

// The dialler checks who answers as well, and says what it does not like.
TEST_F(RefusalTest, AnswersAreJudgedToo) {
  const std::uint64_t good = 1002;
  struct Case {
    Origin origin;
    HelloAnswer answer;
    std::string reason;
  };
  const std::vector<Case> cases{{{78, 0, ReplicaId{2}}, {true, life(good), ""}, "cluster 78"},
                                {{77, 0, ReplicaId{1}}, {true, life(good), ""}, "it is replica 1"},
                                {{77, 0, ReplicaId{2}}, {true, life(5), ""}, "incarnation 5"},
                                {{77, 0, ReplicaId{2}}, {false, life(good), "a\nb"}, "a?b"}};
  boost::asio::ip::tcp::acceptor listener(loop_.asio(),
                                          {boost::asio::ip::make_address(loopback()), port_of(2)});
  for (const Case& one : cases) {
    Node node(loop_, options_of(1, 2));
    node.admitted[2] = good;
    Raw raw(loop_);
    ASSERT_TRUE(raw.accept(listener));
    raw.read(encode(node.origin, Hello{}).size());
    ASSERT_TRUE(raw.write(encode(one.origin, one.answer).view));
    ASSERT_TRUE(run_until(loop_, [&] { return node.noticed(one.reason) == 1; }))
        << one.reason << testing::PrintToString(node.notices);
    if (one.answer.accepted) {
      EXPECT_TRUE(raw.hello_refused(one.reason));
    }
    EXPECT_TRUE(raw.closed());
    EXPECT_TRUE(node.log.empty());
  }
}

}  // namespace
}  // namespace decree::transport
