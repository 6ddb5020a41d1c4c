// Frames of every kind of message: there and back, mutilated, hostile.
#include "transport/codec.h"

#include <gtest/gtest.h>

#include <cstring>
#include <new>

#include "messages.h"

namespace decree::transport {
namespace {

constexpr Origin kOrigin{0x1234'5678'9abc'def0, 7, ReplicaId{3}};
constexpr std::size_t kKinds = std::variant_size_v<Message>;

std::string decoded(Decoder& decoder, const Payload& frame) {
  std::string_view problem;
  const Message* message = decoder.decode(frame, problem);
  if (message == nullptr) {
    EXPECT_FALSE(problem.empty());
    return "problem: " + std::string(problem);
  }
  EXPECT_TRUE(problem.empty());
  return dump(*message);
}

// Seals again what a test has changed, as a hostile sender would.
void reseal(const Payload& frame) {
  seal(frame.owner.bytes().last(frame.size()), read_header(frame.view).type, kOrigin);
}

Payload changed(const Payload& frame, std::size_t at, std::byte value) {
  Payload copy = Payload::copy_of(frame.view);
  copy.owner.bytes()[at] = value;
  return copy;
}

class EachKind : public testing::TestWithParam<std::size_t> {
 protected:
  Encoder encoder_{kOrigin};
  Decoder decoder_;
};

TEST_P(EachKind, ComesBackAsItWas) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    RandomMessages random(seed);
    const Message message = random.make(GetParam());
    const Payload frame = encoder_.encode(message);
    ASSERT_EQ(decoded(decoder_, frame), dump(message)) << "seed " << seed;
  }
}

TEST_P(EachKind, FramesAreWhole) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    RandomMessages random(seed);
    const Payload frame = encoder_.encode(random.make(GetParam()));
    EXPECT_EQ(frame.size() % 8, 0u);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame.view.data()) % 8, 0u);
    EXPECT_TRUE(checksum_good(frame.view));
    const FrameHeader header = read_header(frame.view);
    EXPECT_EQ(header.frame_bytes(), frame.size());
    EXPECT_EQ(header.sender, 3u);
    EXPECT_EQ(header_problem(header, kOrigin, kMaxFrameBytes), "");
  }
}

TEST_P(EachKind, EachFlippedBitFailsTheChecksum) {
  RandomMessages random(1);
  const Payload frame = encoder_.encode(random.make(GetParam()));
  for (std::size_t at = 0; at < frame.size(); ++at) {
    const Payload bad = changed(frame, at, frame.view[at] ^ std::byte{0x10});
    ASSERT_FALSE(checksum_good(bad.view)) << "byte " << at;
  }
}

TEST_P(EachKind, EachTruncationIsRefused) {
  RandomMessages random(2);
  const Payload frame = encoder_.encode(random.make(GetParam()));
  for (std::size_t size = 0; size < frame.size(); ++size) {
    const Payload cut = Payload::copy_of(frame.view.first(size));
    std::string_view problem;
    ASSERT_EQ(decoder_.decode(cut, problem), nullptr) << "cut to " << size;
    if (size < kHeaderBytes || size % 8 != 0) continue;
    reseal(cut);  // now the header agrees, and the FlatBuffer is what is cut
    decoded(decoder_, cut);
  }
}

// Whatever is in the payload, decoding reads nothing outside it (the sanitizers watch) and what it
// accepts is within bounds.
TEST_P(EachKind, MutationsAreRefusedOrHarmless) {
  std::mt19937_64 dice(GetParam());
  std::size_t refused = 0;
  for (int round = 0; round < 4000; ++round) {
    RandomMessages random(dice() % 50);
    const Payload frame = encoder_.encode(random.make(GetParam()));
    const Payload bad = Payload::copy_of(frame.view);
    const std::size_t payload_bytes = frame.size() - kHeaderBytes;
    for (std::uint64_t change = dice() % 4 + 1; change > 0; --change) {
      const std::size_t at = kHeaderBytes + dice() % payload_bytes;
      bad.owner.bytes()[at] = static_cast<std::byte>(dice() % 2 == 0 ? dice() : dice() % 2 * 255);
    }
    reseal(bad);
    const std::string text = decoded(decoder_, bad);
    if (text.starts_with("problem")) ++refused;
    ASSERT_LE(text.size(), 100 * frame.size() + 10'000);
  }
  EXPECT_GT(refused, 0u);
}

TEST_P(EachKind, AnotherTypesTableIsRefusedOrHarmless) {
  RandomMessages random(3);
  const Payload frame = encoder_.encode(random.make(GetParam()));
  for (std::uint16_t type = 0; type < 100; ++type) {
    const Payload bad = Payload::copy_of(frame.view);
    seal(bad.owner.bytes(), static_cast<FrameType>(type), kOrigin);
    const std::string text = decoded(decoder_, bad);
    if (type < 16 || type > 34) {
      EXPECT_EQ(text, "problem: not a message");
    }
  }
}

TEST_P(EachKind, DecodesWhereverTheLogPutsIt) {
  RandomMessages random(4);
  const Message message = random.make(GetParam());
  const Payload frame = encoder_.encode(message);
  for (std::size_t shift = 0; shift < 8; ++shift) {
    std::vector<std::byte> memory(frame.size() + shift);
    std::memcpy(memory.data() + shift, frame.view.data(), frame.size());
    const Payload elsewhere{std::span<const std::byte>(memory).subspan(shift), {}};
    EXPECT_EQ(decoded(decoder_, elsewhere), dump(message));
  }
}

std::string kind_name(const testing::TestParamInfo<std::size_t>& info) {
  constexpr std::array<const char*, kKinds> kNames{
      "Prepare",   "Promise",         "Accept",        "Accepted",     "Refused",
      "Watermark", "Fetch",           "Chosen",        "Heartbeat",    "HeartbeatAnswer",
      "Canvass",   "CanvassAnswer",   "Release",       "Forward",      "ForwardAnswer",
      "ReadPoint", "ReadPointAnswer", "FetchSnapshot", "SnapshotChunk"};
  return kNames.at(info.param);
}
INSTANTIATE_TEST_SUITE_P(Codec, EachKind, testing::Range<std::size_t>(0, kKinds), kind_name);

}  // namespace
}  // namespace decree::transport
