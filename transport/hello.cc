#include "transport/hello.h"

#include <flatbuffers/flatbuffers.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "transport/message_generated.h"
#include "transport/wire.h"

namespace decree::transport {
namespace {

constexpr std::size_t kMaxReasonBytes = 512;

template <class Table>
const Table* verified(std::span<const std::byte> frame, FrameType type) {
  if (frame.size() < kHeaderBytes || read_header(frame).type != type) return nullptr;
  const auto* data = reinterpret_cast<const std::uint8_t*>(frame.data()) + kHeaderBytes;
  flatbuffers::Verifier verifier(data, frame.size() - kHeaderBytes, 2, 2);
  if (!verifier.VerifyBuffer<Table>(nullptr)) return nullptr;
  return flatbuffers::GetRoot<Table>(data);
}

// A stranger's text goes to the log: nothing in it may look like anything but text.
std::string printable(std::string_view text) {
  std::string result(text.substr(0, kMaxReasonBytes));
  std::replace_if(
      result.begin(), result.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return result;
}

template <class Table>
std::optional<Introduction> introduction(const Table& table) {
  const Introduction stated{Incarnation{table.incarnation()}, StartNumber{table.start()},
                            from_wire(*table.promised()), Slot{table.log_end()}, table.process()};
  if (stated.promised.replica.value > kMaxReplicaId) return std::nullopt;
  return stated;
}

}  // namespace

Payload framed(const flatbuffers::FlatBufferBuilder& builder, FrameType type,
               const Origin& origin) {
  Payload frame{{}, BufferRef::allocate(kHeaderBytes + builder.GetSize())};
  std::memcpy(frame.owner.bytes().data() + kHeaderBytes, builder.GetBufferPointer(),
              builder.GetSize());
  seal(frame.owner.bytes(), type, origin);
  frame.view = frame.owner.bytes();
  return frame;
}

Payload encode(const Origin& origin, const Hello& hello) {
  flatbuffers::FlatBufferBuilder builder;
  builder.ForceDefaults(true);
  const wire::Ballot promised = to_wire(hello.own.promised);
  builder.Finish(wire::CreateHello(builder, hello.wanted.value, hello.own.incarnation.value,
                                   hello.own.start.value, &promised, hello.own.log_end.value,
                                   hello.own.process));
  return framed(builder, FrameType::hello, origin);
}

Payload encode(const Origin& origin, const HelloAnswer& answer) {
  flatbuffers::FlatBufferBuilder builder;
  builder.ForceDefaults(true);
  const auto reason = builder.CreateString(printable(answer.reason));
  const wire::Ballot promised = to_wire(answer.own.promised);
  builder.Finish(wire::CreateHelloAnswer(builder, answer.accepted, answer.own.incarnation.value,
                                         answer.own.start.value, reason, &promised,
                                         answer.own.log_end.value, answer.own.process));
  return framed(builder, FrameType::hello_answer, origin);
}

std::optional<Hello> decode_hello(std::span<const std::byte> frame) {
  const auto* table = verified<wire::Hello>(frame, FrameType::hello);
  if (table == nullptr) return std::nullopt;
  const std::optional<Introduction> own = introduction(*table);
  if (!own) return std::nullopt;
  return Hello{ReplicaId{table->wanted()}, *own};
}

std::optional<HelloAnswer> decode_hello_answer(std::span<const std::byte> frame) {
  const auto* table = verified<wire::HelloAnswer>(frame, FrameType::hello_answer);
  if (table == nullptr) return std::nullopt;
  const std::optional<Introduction> own = introduction(*table);
  if (!own) return std::nullopt;
  HelloAnswer answer{table->accepted(), *own, {}};
  if (table->reason() != nullptr) answer.reason = printable(table->reason()->string_view());
  return answer;
}

}  // namespace decree::transport
