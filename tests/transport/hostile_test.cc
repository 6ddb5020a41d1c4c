// Bytes and behaviour that no replica shows: they cost their sender the connection, nobody else
// anything.
#include <gtest/gtest.h>

#include <random>

#include "nodes.h"

namespace decree::transport {
namespace {

using std::chrono::milliseconds;

class HostileTest : public testing::Test {
 protected:
  // Replicas 1 and 3 are real; 2 is whatever the test makes of it. Limits are those of 1.
  void start(const std::function<void(NetworkLimits&)>& change = [](NetworkLimits&) {}) {
    for (const std::uint32_t id : {1u, 3u}) {
      NodeOptions options = options_of(id, 3);
      if (id == 1) change(options.limits);
      (id == 1 ? first_ : third_) = std::make_unique<Node>(loop_, options);
    }
    ASSERT_TRUE(run_until(loop_, [this] { return first_->connected(3) && third_->connected(1); }));
    first_->log.clear();  // a short limit may need more than one attempt
  }
  ::testing::AssertionResult healthy() {
    const std::size_t before = first_->frames[3].size();
    third_->send(1, 42);
    third_->network.flush();
    const bool good = run_until(loop_, [&] { return first_->frames[3].size() == before + 1; }) &&
                      first_->log.empty();
    return good ? testing::AssertionSuccess()
                : testing::AssertionFailure() << testing::PrintToString(first_->log);
  }

  const Origin origin_{kCluster, 0, ReplicaId{2}};
  Loop loop_;
  std::unique_ptr<Node> first_;
  std::unique_ptr<Node> third_;
};

TEST_F(HostileTest, GarbageInsteadOfAHello) {
  start();
  std::mt19937_64 dice(5);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::byte> garbage(kHeaderBytes + dice() % 5000);
    for (std::byte& byte : garbage) byte = static_cast<std::byte>(dice());
    Raw raw(loop_);
    raw.dial(1);
    boost::system::error_code ignored;
    raw.socket().write_some(boost::asio::buffer(garbage), ignored);
    ASSERT_TRUE(raw.closed());
  }
  EXPECT_EQ(first_->noticed("bad magic"), 1u);
  EXPECT_TRUE(healthy());
}

TEST_F(HostileTest, MutatedHellos) {
  start([](NetworkLimits& limits) { limits.hello = milliseconds(50); });
  std::mt19937_64 dice(6);
  for (int round = 0; round < 300; ++round) {
    const Payload hello = encode(origin_, Hello{ReplicaId{1}, life(1, 0)});
    const std::span<std::byte> bytes = hello.owner.bytes();
    const std::size_t at = dice() % bytes.size();
    bytes[at] ^= static_cast<std::byte>(1 + dice() % 255);
    // Half of them with a good checksum, as somebody would send who means harm.
    if (at >= kHeaderBytes && dice() % 2 == 0) seal(bytes, FrameType::hello, origin_);
    Raw raw(loop_);
    raw.dial(1);
    ASSERT_TRUE(raw.write(bytes));
    const std::optional<HelloAnswer> answer = raw.read_answer();
    if (answer && answer->accepted) {
      ASSERT_TRUE(checksum_good(bytes));
    }
  }
  EXPECT_TRUE(healthy());
}

TEST_F(HostileTest, LengthBeyondTheBound) {
  start();
  for (const std::uint32_t length : {0xffff'fff8u, 32u << 20, 4096u, 9u}) {
    FrameHeader header;
    header.length = length;
    header.sender = 2;
    header.cluster = kCluster;
    Raw raw(loop_);
    raw.dial(1);
    ASSERT_TRUE(raw.write(std::as_bytes(std::span(&header, 1))));
    EXPECT_TRUE(raw.hello_refused("frame length " + std::to_string(length) + " is out of bounds"));
  }
  Raw peer(loop_);
  ASSERT_TRUE(peer.introduce(1, 2));
  FrameHeader header;
  header.type = FrameType::accept;
  header.length = (32u << 20);  // and the header on top of it
  header.sender = 2;
  header.cluster = kCluster;
  ASSERT_TRUE(peer.write(std::as_bytes(std::span(&header, 1))));
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(first_->noticed("connection of replica 2"), 1u);
  EXPECT_TRUE(healthy());
}

TEST_F(HostileTest, DamagedFrames) {
  start();
  const Payload good = frame_of(origin_, 1, 4096);
  for (std::size_t at = 0; at < good.size(); at += 61) {
    Raw peer(loop_);
    ASSERT_TRUE(peer.introduce(1, 2)) << testing::PrintToString(first_->notices);
    const Payload bad = Payload::copy_of(good.view);
    bad.owner.bytes()[at] ^= std::byte{1};
    const std::size_t before = first_->frames[2].size();
    ASSERT_TRUE(peer.write(good.view));
    ASSERT_TRUE(peer.write(bad.view));
    ASSERT_TRUE(peer.closed()) << "byte " << at;
    EXPECT_EQ(first_->frames[2].size(), before + 1) << "the good one only";
  }
  EXPECT_GT(first_->noticed("bad checksum"), 0u);
  EXPECT_TRUE(healthy());
}

TEST_F(HostileTest, FramesInAnothersName) {
  start();
  Raw peer(loop_);
  ASSERT_TRUE(peer.introduce(1, 2));
  ASSERT_TRUE(peer.write(frame_of(Origin{kCluster, 0, ReplicaId{3}}, 1).view));
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(first_->noticed("another sender than in its hello"), 1u);
  EXPECT_TRUE(healthy());
}

TEST_F(HostileTest, HalfAHelloAndThenNothing) {
  start([](NetworkLimits& limits) { limits.hello = milliseconds(100); });
  Raw raw(loop_);
  const auto before = std::chrono::steady_clock::now();
  raw.dial(1);
  const Payload hello = encode(origin_, Hello{ReplicaId{1}, {}});
  ASSERT_TRUE(raw.write(hello.view.first(hello.size() - 1)));
  EXPECT_TRUE(raw.closed());
  EXPECT_GE(std::chrono::steady_clock::now() - before, milliseconds(100));
  EXPECT_EQ(first_->noticed("said no hello in time"), 1u);
  EXPECT_TRUE(healthy());
}

// A peer that was let in may be as slow as it likes.
TEST_F(HostileTest, FrameInSingleBytes) {
  start([](NetworkLimits& limits) { limits.hello = milliseconds(250); });
  Raw peer(loop_);
  ASSERT_TRUE(peer.introduce(1, 2));
  const Payload frame = frame_of(origin_, 7, 200);
  const auto until = std::chrono::steady_clock::now() + milliseconds(300);
  for (std::size_t at = 0; at < frame.size(); ++at) {
    ASSERT_TRUE(peer.write(frame.view.subspan(at, 1)));
    loop_.poll();
  }
  ASSERT_TRUE(run_until(loop_, [&] { return first_->frames[2].size() == 1; }));
  ASSERT_TRUE(run_until(loop_, [&] { return std::chrono::steady_clock::now() > until; }));
  ASSERT_TRUE(peer.write(frame.view));
  EXPECT_TRUE(run_until(loop_, [&] { return first_->frames[2].size() == 2; }));
}

TEST_F(HostileTest, FloodOfConnections) {
  start([](NetworkLimits& limits) { limits.strangers = 16; });
  std::vector<std::unique_ptr<Raw>> flood;
  for (int i = 0; i < 200; ++i) {
    flood.push_back(std::make_unique<Raw>(loop_));
    flood.back()->dial(1);
    loop_.poll();
  }
  EXPECT_TRUE(flood.front()->closed());
  EXPECT_TRUE(flood[200 - 17]->closed());
  EXPECT_EQ(first_->noticed("too many connections"), 1u);
  Raw peer(loop_);
  EXPECT_TRUE(peer.introduce(1, 2)) << "the newest are served";
  EXPECT_TRUE(healthy());
}

// The newest connection of a peer is the one that counts.
TEST_F(HostileTest, NewerConnectionReplacesTheOlder) {
  start();
  Raw older(loop_);
  ASSERT_TRUE(older.introduce(1, 2));
  Raw newer(loop_);
  ASSERT_TRUE(newer.introduce(1, 2));
  EXPECT_TRUE(older.closed());
  ASSERT_TRUE(newer.write(frame_of(origin_, 5).view));
  EXPECT_TRUE(run_until(loop_, [&] { return first_->frames[2].size() == 1; }));
}

// A peer that does not read: its own queue fills up, is dropped and said so; others are served.
TEST_F(HostileTest, SlowPeerLosesItsOwnQueueOnly) {
  boost::asio::ip::tcp::acceptor listener(loop_.asio(),
                                          {boost::asio::ip::make_address(loopback()), port_of(2)});
  start([](NetworkLimits& limits) { limits.queue_bytes = 4u << 20; });
  Raw slow(loop_);
  ASSERT_TRUE(slow.accept(listener));
  slow.read(encode(origin_, Hello{}).size());
  ASSERT_TRUE(slow.write(encode(origin_, HelloAnswer{true, life(1002), ""}).view));
  ASSERT_TRUE(run_until(loop_, [&] { return first_->connected(2); }));
  std::uint64_t sent = 0;
  while (first_->connected(2) && sent < 1000) {
    for (const std::uint32_t to : {2u, 3u}) first_->send(to, sent, 256u << 10);
    first_->network.flush();
    ++sent;
    ASSERT_TRUE(run_until(loop_, [&] { return third_->frames[1].size() == sent; }));
    third_->frames[1].back() = {};
  }
  EXPECT_GT(sent, 16u);
  EXPECT_LT(sent, 1000u);
  EXPECT_EQ(first_->noticed("replica 2 at " + loopback() + ":20002 is too slow"), 1u);
  ASSERT_TRUE(run_until(loop_, [&] { return first_->log.back() == "down 2"; }));
  EXPECT_TRUE(first_->connected(3));
  EXPECT_FALSE(first_->connected(2));
}

// One peer with much to read must not delay another's few bytes by all of it.
TEST_F(HostileTest, BusyPeerLeavesOthersTheirTurn) {
  start([](NetworkLimits& limits) { limits.receive_bytes = 32u << 10; });
  Raw busy(loop_);
  ASSERT_TRUE(busy.introduce(1, 2));
  const Payload frame = frame_of(origin_, 1, (8u << 10) - kHeaderBytes);
  std::vector<std::byte> many;
  for (int i = 0; i < 256; ++i) many.insert(many.end(), frame.view.begin(), frame.view.end());
  boost::system::error_code error;
  const std::size_t sent = busy.socket().write_some(boost::asio::buffer(many), error);
  ASSERT_GE(sent, 512u << 10) << "the sockets hold enough to make one busy";
  third_->send(1, 2);
  third_->network.flush();
  std::size_t read_before = SIZE_MAX;
  first_->frame_hook = [&](ReplicaId from) {
    if (from.value == 3) read_before = first_->frames[2].size();
  };
  ASSERT_TRUE(run_until(loop_, [&] { return read_before != SIZE_MAX; }));
  EXPECT_LE(read_before * frame.size(), 4 * (32u << 10)) << "a few turns, not all of it";
}

}  // namespace
}  // namespace decree::transport
