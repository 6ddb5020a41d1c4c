// What a hostile sender may claim, and the largest messages there are.
#include <flatbuffers/flatbuffers.h>
#include <gtest/gtest.h>

#include "messages.h"
#include "transport/codec.h"
#include "transport/message_generated.h"
#include "transport/wire.h"

namespace decree::transport {
namespace {

constexpr Origin kOrigin{1, 0, ReplicaId{1}};

std::string problem_of(const Payload& frame) {
  Decoder decoder;
  std::string_view problem;
  const Message* message = decoder.decode(frame, problem);
  EXPECT_EQ(message == nullptr, !problem.empty());
  return std::string(problem);
}

Payload chosen(const std::vector<wire::Value>& values, std::size_t bytes, std::uint64_t first = 1) {
  flatbuffers::FlatBufferBuilder builder;
  builder.ForceDefaults(true);
  const auto blob = builder.CreateVector(std::vector<std::uint8_t>(bytes));
  const auto structs = builder.CreateVectorOfStructs(values);
  builder.Finish(wire::CreateChosen(builder, first, structs, blob));
  return framed(builder, FrameType::chosen, kOrigin);
}

TEST(CodecLimits, LengthsMustAddUp) {
  const wire::Value ten(0, 0, 10, 1);
  EXPECT_EQ(problem_of(chosen({ten, ten}, 20)), "");
  constexpr const char* kProblem = "the lengths of the values do not add up to their bytes";
  EXPECT_EQ(problem_of(chosen({ten, ten}, 19)), kProblem);
  EXPECT_EQ(problem_of(chosen({ten, ten}, 21)), kProblem);
  EXPECT_EQ(problem_of(chosen({}, 1)), kProblem);
  EXPECT_EQ(problem_of(chosen({wire::Value(0, 0, 0xffffffff, 1)}, 20)), kProblem);
  const wire::Value half(0, 0, 0x80000000, 1);
  EXPECT_EQ(problem_of(chosen({half, half}, 0)), kProblem) << "sums do not wrap";
}

TEST(CodecLimits, KindsMustBeKnown) {
  EXPECT_EQ(problem_of(chosen({wire::Value(0, 0, 0, 2)}, 0)), "");
  EXPECT_EQ(problem_of(chosen({wire::Value(0, 0, 0, 4)}, 0)), "unknown kind of value");
  EXPECT_EQ(problem_of(chosen({wire::Value(0, 0, 0, 255)}, 0)), "unknown kind of value");
}

TEST(CodecLimits, CountsAreBounded) {
  EXPECT_EQ(problem_of(chosen(std::vector<wire::Value>(kMaxValues), 0)), "");
  EXPECT_EQ(problem_of(chosen(std::vector<wire::Value>(kMaxValues + 1), 0)), "too many values");
}

TEST(CodecLimits, SlotsDoNotWrap) {
  const std::vector<wire::Value> three(3);
  EXPECT_EQ(problem_of(chosen(three, 0, ~0ull - 3)), "");
  EXPECT_EQ(problem_of(chosen(three, 0, ~0ull - 2)), "slots do not ascend");
}

TEST(CodecLimits, PromisedSlotsAscend) {
  const std::vector<AcceptedValue> values{{Slot{5}, {}, {}}, {Slot{5}, {}, {}}};
  Promise promise;
  promise.accepted = values;
  EXPECT_EQ(problem_of(Encoder(kOrigin).encode(promise)), "slots do not ascend");
}

TEST(CodecLimits, ReplicaIdsAreInRange) {
  constexpr const char* kProblem = "replica id out of range";
  Encoder encoder(kOrigin);
  const Ballot good{1, ReplicaId{63}, {}};
  const Ballot bad{1, ReplicaId{64}, {}};
  EXPECT_EQ(problem_of(encoder.encode(Watermark{good, {}})), "");
  EXPECT_EQ(problem_of(encoder.encode(Watermark{bad, {}})), kProblem);
  EXPECT_EQ(problem_of(encoder.encode(Refused{good, bad})), kProblem);
  EXPECT_EQ(problem_of(encoder.encode(Release{good, ReplicaId{64}})), kProblem);
  Heartbeat heartbeat;
  heartbeat.succession.back() = ReplicaId{64};
  EXPECT_EQ(problem_of(encoder.encode(heartbeat)), kProblem);
  const std::vector<AcceptedValue> values{{Slot{5}, bad, {}}};
  Promise promise;
  promise.accepted = values;
  EXPECT_EQ(problem_of(encoder.encode(promise)), kProblem);
}

TEST(CodecLimits, EveryStructIsRequired) {
  flatbuffers::FlatBufferBuilder builder;
  wire::WatermarkBuilder table(builder);
  table.add_announced(5);
  builder.Finish(flatbuffers::Offset<wire::Watermark>(builder.EndTable(4)));
  EXPECT_EQ(problem_of(framed(builder, FrameType::watermark, kOrigin)),
            "the FlatBuffer is malformed");
}

TEST(CodecLimits, HeadersAreChecked) {
  const Payload good = Encoder(kOrigin).encode(ReadPoint{1});
  const auto with = [&](std::size_t at, std::byte value) {
    const Payload copy = Payload::copy_of(good.view);
    copy.owner.bytes()[at] = value;
    return problem_of(copy);
  };
  EXPECT_EQ(with(8, std::byte{0}), "bad magic");
  EXPECT_EQ(with(12, std::byte{2}), "another wire version");
  EXPECT_EQ(with(14, std::byte{99}), "not a message");
  EXPECT_EQ(with(14, std::byte{1}), "not a message") << "a hello is none";
  EXPECT_EQ(with(16, std::byte{0}), "the length is not that of the frame");
  EXPECT_EQ(problem_of({}), "shorter than a header");
}

TEST(CodecLimits, LargestMessagesComeBack) {
  RandomMessages random(1);
  Encoder encoder(kOrigin);
  Decoder decoder;
  std::string_view problem;
  const std::size_t most = kMaxFrameBytes - kMessageOverheadBytes - kValueOverheadBytes;
  const Value large{ValueKind::command, {}, {}, random.bytes(most)};
  Accept accept;
  accept.values = {&large, 1};
  const Payload frame = encoder.encode(accept);
  EXPECT_LE(frame.size(), kMaxFrameBytes);
  const Message* message = decoder.decode(frame, problem);
  ASSERT_NE(message, nullptr) << problem;
  EXPECT_EQ(dump(*message), dump(accept));

  const std::vector<AcceptedValue> none(kMaxValues);
  std::vector<AcceptedValue> many = none;
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i] = {Slot{i + 1}, {i, ReplicaId{1}, {}}, {ValueKind::command, {}, {}, random.bytes(7)}};
  }
  Promise promise;
  promise.accepted = many;
  message = decoder.decode(encoder.encode(promise), problem);
  ASSERT_NE(message, nullptr) << problem;
  EXPECT_EQ(dump(*message), dump(promise));
}

TEST(CodecLimitsDeathTest, MessagesBeyondAFrameAreABugOfTheSender) {
  RandomMessages random(1);
  const Value large{ValueKind::command, {}, {}, random.bytes(kMaxFrameBytes)};
  Accept accept;
  accept.values = {&large, 1};
  EXPECT_DEATH(Encoder(kOrigin).encode(accept), "a message fits into one frame");
}

// A payload outlives decoder and message: it keeps its frame alive.
TEST(CodecLimits, PayloadsOutliveTheDecoder) {
  RandomMessages random(1);
  const Value value{ValueKind::command, {}, {}, random.bytes(1000)};
  Payload kept;
  {
    Accept accept;
    accept.values = {&value, 1};
    Decoder decoder;
    std::string_view problem;
    const Message* message = decoder.decode(Encoder(kOrigin).encode(accept), problem);
    ASSERT_NE(message, nullptr);
    kept = std::get<Accept>(*message).values[0].bytes;
  }
  EXPECT_TRUE(kept.owner.unique());
  EXPECT_TRUE(std::equal(kept.view.begin(), kept.view.end(), value.bytes.view.begin()));
}

}  // namespace
}  // namespace decree::transport
