// In steady state a frame costs no allocation to encode and none to decode. (A very large one has a
// buffer of its own.)
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/counting_new.h"
#include "transport/codec.h"

namespace decree::transport {
namespace {

std::vector<Message> messages(const std::vector<Value>& values,
                              const std::vector<AcceptedValue>& accepted) {
  Accept accept;
  accept.values = values;
  Chosen chosen;
  chosen.values = values;
  Promise promise;
  promise.accepted = accepted;
  ForwardAnswer answer;
  answer.reply = values[0].bytes.view;
  return {accept, chosen, promise, answer, Forward{1, values[0]}, Heartbeat{}, Accepted{}};
}

TEST(CodecAllocation, NoneToEncodeNoneToDecode) {
  const Payload bytes = Payload::copy_of(std::vector<std::byte>(256));
  const std::vector<Value> values(100, Value{ValueKind::command, {}, {}, bytes});
  std::vector<AcceptedValue> accepted(100);
  for (std::size_t i = 0; i < accepted.size(); ++i) accepted[i] = {Slot{i + 1}, {}, values[i]};
  Encoder encoder(Origin{1, 0, ReplicaId{1}});
  Decoder decoder;
  std::string_view problem;
  for (const Message& message : messages(values, accepted)) {
    ASSERT_NE(decoder.decode(encoder.encode(message), problem), nullptr) << problem;
    allocations = 0;
    const Payload frame = encoder.encode(message);
    EXPECT_EQ(allocations, 0u) << "message " << message.index();
    allocations = 0;
    ASSERT_NE(decoder.decode(frame, problem), nullptr) << problem;
    EXPECT_EQ(allocations, 0u) << "message " << message.index();
  }
}

}  // namespace
}  // namespace decree::transport
