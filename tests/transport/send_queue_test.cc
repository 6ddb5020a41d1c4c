// A bounded queue into a socket.
#include "transport/send_queue.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <random>

namespace decree::transport {
namespace {

class SendQueueTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets_.data()), 0);
  }
  void TearDown() override {
    for (const int socket : sockets_) ::close(socket);
  }
  // Appends what has arrived; at most `most` bytes of it.
  void receive(std::vector<std::byte>& into, std::size_t most) {
    std::vector<std::byte> part(most);
    const ssize_t size = ::read(sockets_[1], part.data(), part.size());
    if (size > 0) into.insert(into.end(), part.begin(), part.begin() + size);
  }

  std::array<int, 2> sockets_{};
};

TEST_F(SendQueueTest, WritesAllInOrderHoweverTheSocketTakesIt) {
  std::mt19937_64 dice(1);
  SendQueue queue(64u << 20);
  std::vector<std::byte> sent;
  std::vector<std::byte> received;
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::byte> content(1 + dice() % 3000);
    for (std::byte& byte : content) byte = static_cast<std::byte>(dice());
    sent.insert(sent.end(), content.begin(), content.end());
    ASSERT_TRUE(queue.push(Payload::copy_of(content)));
    if (dice() % 3 == 0) {
      ASSERT_NE(queue.write(sockets_[0]), SendQueue::Written::failed);
    }
    if (dice() % 3 == 0) receive(received, dice() % 9000 + 1);
    ASSERT_LE(received.size() + queue.bytes(), sent.size());
  }
  while (received.size() < sent.size()) {
    ASSERT_NE(queue.write(sockets_[0]), SendQueue::Written::failed);
    receive(received, 1u << 20);
  }
  EXPECT_TRUE(received == sent);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
}

TEST_F(SendQueueTest, ManySmallFramesNeedOneCallForEachIovMax) {
  SendQueue queue(1u << 20);
  const Payload frame = Payload::copy_of(std::as_bytes(std::span("12345678", 8)));
  for (int i = 0; i < IOV_MAX + 1; ++i) ASSERT_TRUE(queue.push(frame));
  EXPECT_EQ(queue.write(sockets_[0]), SendQueue::Written::a_part);
  EXPECT_EQ(queue.bytes(), 8u);
  EXPECT_EQ(queue.write(sockets_[0]), SendQueue::Written::everything);
}

TEST_F(SendQueueTest, RefusesWhatExceedsItsBound) {
  SendQueue queue(100);
  const Payload frame{{}, BufferRef::allocate(40)};
  const Payload part{frame.owner.bytes(), frame.owner};
  EXPECT_TRUE(queue.push(part));
  EXPECT_TRUE(queue.push(part));
  EXPECT_FALSE(queue.push(part));
  EXPECT_EQ(queue.bytes(), 80u);
  EXPECT_EQ(queue.write(sockets_[0]), SendQueue::Written::everything);
  EXPECT_TRUE(queue.push(part));
}

TEST_F(SendQueueTest, ReleasesWhatIsWritten) {
  SendQueue queue(100);
  Payload frame = Payload::copy_of(std::as_bytes(std::span("12345678", 8)));
  ASSERT_TRUE(queue.push(frame));
  EXPECT_FALSE(frame.owner.unique());
  EXPECT_EQ(queue.write(sockets_[0]), SendQueue::Written::everything);
  EXPECT_TRUE(frame.owner.unique());
}

TEST_F(SendQueueTest, ReportsABrokenSocket) {
  SendQueue queue(100);
  ASSERT_TRUE(queue.push(Payload::copy_of(std::as_bytes(std::span("12345678", 8)))));
  ASSERT_EQ(::shutdown(sockets_[1], SHUT_RD), 0);
  EXPECT_EQ(queue.write(sockets_[0]), SendQueue::Written::failed);
}

}  // namespace
}  // namespace decree::transport
