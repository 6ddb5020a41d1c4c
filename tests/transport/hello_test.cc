// The two frames of a handshake: there and back, cut, and as nobody should send them.
#include "transport/hello.h"

#include <gtest/gtest.h>

#include "transport/message_generated.h"
#include "transport/wire.h"

namespace decree::transport {
namespace {

constexpr Origin kOrigin{0x1122334455667788, 0x99, ReplicaId{5}};
constexpr Introduction kOwn{Incarnation{~0ull}, StartNumber{3},
                            Ballot{~0ull - 1, ReplicaId{kMaxReplicaId}, Incarnation{~0ull}},
                            Slot{~0ull - 2}, ~0ull - 3};

void expect_same(const Introduction& stated, const Introduction& expected) {
  EXPECT_EQ(stated.incarnation, expected.incarnation);
  EXPECT_EQ(stated.start, expected.start);
  EXPECT_EQ(stated.promised, expected.promised);
  EXPECT_EQ(stated.log_end, expected.log_end);
  EXPECT_EQ(stated.process, expected.process);
}

TEST(Hello, ComesBackAsItWas) {
  for (const Introduction& own : {kOwn, Introduction{}}) {
    const Payload frame = encode(kOrigin, Hello{ReplicaId{2}, own});
    ASSERT_TRUE(checksum_good(frame.view));
    ASSERT_LE(frame.size(), kMaxHelloBytes);
    const std::optional<Hello> hello = decode_hello(frame.view);
    ASSERT_TRUE(hello);
    EXPECT_EQ(hello->wanted, ReplicaId{2});
    expect_same(hello->own, own);
    EXPECT_FALSE(decode_hello_answer(frame.view));
  }
}

TEST(Hello, AnswerComesBackPrintableAndBounded) {
  const HelloAnswer answer{true, kOwn, "a\n\x1b[2J\xff" + std::string(5000, 'x')};
  const Payload frame = encode(kOrigin, answer);
  EXPECT_LE(frame.size(), kMaxHelloBytes);
  const std::optional<HelloAnswer> back = decode_hello_answer(frame.view);
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->accepted);
  expect_same(back->own, kOwn);
  EXPECT_EQ(back->reason, "a??[2J?" + std::string(512 - 7, 'x'));
  EXPECT_FALSE(decode_hello(frame.view));
}

TEST(Hello, EachTruncatedOneIsRefused) {
  const Payload frame = encode(kOrigin, Hello{ReplicaId{2}, kOwn});
  for (std::size_t size = 0; size < frame.size(); ++size) {
    const Payload cut = Payload::copy_of(frame.view.first(size));
    EXPECT_FALSE(checksum_good(cut.view));
    EXPECT_FALSE(decode_hello(cut.view).has_value() && size < kHeaderBytes + 8) << size;
  }
}

// A ballot's replica is an index elsewhere.
TEST(Hello, APromiseOfNoReplicaIsRefused) {
  for (const std::uint32_t replica : {kMaxReplicaId + 1, ~0u}) {
    Introduction own = kOwn;
    own.promised.replica = ReplicaId{replica};
    EXPECT_FALSE(decode_hello(encode(kOrigin, Hello{ReplicaId{2}, own}).view)) << replica;
    EXPECT_FALSE(decode_hello_answer(encode(kOrigin, HelloAnswer{true, own, ""}).view)) << replica;
  }
}

template <class Table>
Payload without_promise(FrameType type) {
  flatbuffers::FlatBufferBuilder builder;
  builder.ForceDefaults(true);
  const flatbuffers::uoffset_t start = builder.StartTable();
  builder.AddElement<std::uint64_t>(Table::VT_INCARNATION, 7, 0);
  builder.Finish(flatbuffers::Offset<Table>(builder.EndTable(start)));
  return framed(builder, type, kOrigin);
}

TEST(Hello, WithoutAPromiseIsRefused) {
  const Payload hello = without_promise<wire::Hello>(FrameType::hello);
  ASSERT_TRUE(checksum_good(hello.view));
  EXPECT_FALSE(decode_hello(hello.view));
  const Payload answer = without_promise<wire::HelloAnswer>(FrameType::hello_answer);
  EXPECT_FALSE(decode_hello_answer(answer.view));
}

}  // namespace
}  // namespace decree::transport
