#include <flatbuffers/flatbuffers.h>

#include <cstring>
#include <utility>

#include "paxos/assert.h"
#include "transport/codec.h"
#include "transport/command_runs.h"
#include "transport/slabs.h"
#include "transport/wire.h"

namespace decree::transport {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
using flatbuffers::uoffset_t;
using Blob = Offset<flatbuffers::Vector<std::uint8_t>>;

static_assert(sizeof(wire::Value) == CommandRuns::kBehindEach);
static_assert(sizeof(uoffset_t) == CommandRuns::kBehind);

// Lets the builder work in the frame itself. It builds from the end of its memory downwards, so the
// header fits in front of the finished buffer.
class FrameMemory final : public flatbuffers::Allocator {
 public:
  explicit FrameMemory(std::span<std::byte> bytes) : bytes_(bytes) {}
  uint8_t* allocate(std::size_t size) override {
    DECREE_ASSERT(size == bytes_.size(), "the size of a frame is known before it is built");
    return reinterpret_cast<uint8_t*>(bytes_.data());
  }
  void deallocate(uint8_t* /*memory*/, std::size_t /*size*/) override {}

  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }

 private:
  std::span<std::byte> bytes_;
};

const Value& value_of(const Value& value) { return value; }
const Value& value_of(const AcceptedValue& accepted) { return accepted.value; }

template <class Item>
std::size_t bytes_of(std::span<const Item> items) {
  std::size_t total = 0;
  for (const Item& item : items) total += value_of(item).bytes.size();
  return total;
}

std::uint8_t* append(std::uint8_t* to, std::span<const std::byte> bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

// All bytes of the values, back to back. Those of a run of commands are where they belong.
template <class Item>
Blob put_bytes(FlatBufferBuilder& builder, std::span<const Item> items) {
  const std::size_t size = bytes_of(items);
  std::uint8_t* to = nullptr;
  builder.ForceVectorAlignment(size, 1, kFrameAlignment);
  const Blob blob = builder.CreateUninitializedVector(size, &to);
  if (size != 0 && reinterpret_cast<const std::byte*>(to) == value_of(items[0]).bytes.view.data()) {
    return blob;
  }
  for (const Item& item : items) to = append(to, value_of(item).bytes.view);
  return blob;
}

Blob put_bytes(FlatBufferBuilder& builder, std::span<const std::byte> bytes) {
  std::uint8_t* to = nullptr;
  const Blob blob = builder.CreateUninitializedVector(bytes.size(), &to);
  append(to, bytes);
  return blob;
}

template <class Item>
auto put_structs(FlatBufferBuilder& builder, std::span<const Item> items) {
  DECREE_ASSERT(items.size() <= kMaxValues, "a message holds at most kMaxValues values");
  using Wire = decltype(to_wire(std::declval<const Item&>()));
  const auto fill = [](std::size_t i, Wire* to, const std::span<const Item>* from) {
    *to = to_wire((*from)[i]);
  };
  return builder.CreateVectorOfStructs<Wire>(items.size(), fill, &items);
}

Offset<wire::Prepare> put(FlatBufferBuilder& builder, const Prepare& m) {
  const wire::Ballot ballot = to_wire(m.ballot);
  const wire::Ballot hand_over = to_wire(m.hand_over);
  return wire::CreatePrepare(builder, &ballot, m.after.value, m.start.value, &hand_over);
}

Offset<wire::Promise> put(FlatBufferBuilder& builder, const Promise& m) {
  const auto accepted = put_structs(builder, m.accepted);
  const Blob bytes = put_bytes(builder, m.accepted);
  const wire::Ballot ballot = to_wire(m.ballot);
  const wire::Ballot lost = to_wire(m.lost);
  return wire::CreatePromise(builder, &ballot, m.after.value, m.last, m.known_chosen.value,
                             m.remainder_ns, &lost, m.lost_through.value, accepted, bytes);
}

Offset<wire::Accept> put(FlatBufferBuilder& builder, const Accept& m) {
  const auto values = put_structs(builder, m.values);
  const Blob bytes = put_bytes(builder, m.values);
  const wire::Ballot ballot = to_wire(m.ballot);
  const wire::LeaseAsk lease = to_wire(m.lease);
  return wire::CreateAccept(builder, &ballot, m.ballot_first.value, m.first.value,
                            m.announced.value, &lease, values, bytes);
}

Offset<wire::Accepted> put(FlatBufferBuilder& builder, const Accepted& m) {
  const wire::Ballot ballot = to_wire(m.ballot);
  const wire::LeaseEcho lease = to_wire(m.lease);
  return wire::CreateAccepted(builder, &ballot, m.through.value, &lease, m.disk_ns);
}

Offset<wire::Refused> put(FlatBufferBuilder& builder, const Refused& m) {
  const wire::Ballot refused = to_wire(m.refused);
  const wire::Ballot promised = to_wire(m.promised);
  return wire::CreateRefused(builder, &refused, &promised);
}

Offset<wire::Watermark> put(FlatBufferBuilder& builder, const Watermark& m) {
  const wire::Ballot ballot = to_wire(m.ballot);
  return wire::CreateWatermark(builder, &ballot, m.announced.value);
}

Offset<wire::Fetch> put(FlatBufferBuilder& builder, const Fetch& m) {
  return wire::CreateFetch(builder, m.first.value, m.last.value);
}

Offset<wire::Chosen> put(FlatBufferBuilder& builder, const Chosen& m) {
  const auto values = put_structs(builder, m.values);
  const Blob bytes = put_bytes(builder, m.values);
  return wire::CreateChosen(builder, m.first.value, values, bytes);
}

Offset<wire::Heartbeat> put(FlatBufferBuilder& builder, const Heartbeat& m) {
  const wire::Ballot ballot = to_wire(m.ballot);
  const wire::LeaseAsk lease = to_wire(m.lease);
  const wire::Succession succession = to_wire(m.succession);
  const wire::Ballot next = to_wire(m.next);
  return wire::CreateHeartbeat(builder, &ballot, m.round, m.ballot_first.value,
                               m.sent_through.value, m.announced.value, &lease, &succession, &next);
}

Offset<wire::HeartbeatAnswer> put(FlatBufferBuilder& builder, const HeartbeatAnswer& m) {
  const wire::Ballot ballot = to_wire(m.ballot);
  const wire::LeaseEcho lease = to_wire(m.lease);
  const wire::Ballot written = to_wire(m.written);
  return wire::CreateHeartbeatAnswer(builder, &ballot, m.round, m.received.value, &lease,
                                     m.priority, m.impaired, &written);
}

Offset<wire::Canvass> put(FlatBufferBuilder& builder, const Canvass& m) {
  const wire::Ballot following = to_wire(m.following);
  return wire::CreateCanvass(builder, m.round, &following, m.log_end.value, m.priority);
}

Offset<wire::CanvassAnswer> put(FlatBufferBuilder& builder, const CanvassAnswer& m) {
  const wire::Ballot promised = to_wire(m.promised);
  return wire::CreateCanvassAnswer(builder, m.round, m.willing, &promised);
}

Offset<wire::Release> put(FlatBufferBuilder& builder, const Release& m) {
  const wire::Ballot ballot = to_wire(m.ballot);
  return wire::CreateRelease(builder, &ballot, m.successor.value);
}

Offset<wire::Forward> put(FlatBufferBuilder& builder, const Forward& m) {
  const Blob bytes = put_bytes(builder, m.value.bytes.view);
  const wire::Value value = to_wire(m.value);
  return wire::CreateForward(builder, m.request, &value, bytes);
}

Offset<wire::ForwardAnswer> put(FlatBufferBuilder& builder, const ForwardAnswer& m) {
  const Blob reply = put_bytes(builder, m.reply);
  const wire::Ballot ballot = to_wire(m.token.ballot);
  return wire::CreateForwardAnswer(builder, m.request, m.error, &ballot, m.token.slot.value, reply);
}

Offset<wire::ReadPoint> put(FlatBufferBuilder& builder, const ReadPoint& m) {
  return wire::CreateReadPoint(builder, m.request);
}

Offset<wire::ReadPointAnswer> put(FlatBufferBuilder& builder, const ReadPointAnswer& m) {
  return wire::CreateReadPointAnswer(builder, m.request, m.error, m.point.value);
}

Offset<wire::FetchSnapshot> put(FlatBufferBuilder& builder, const FetchSnapshot& m) {
  return wire::CreateFetchSnapshot(builder, m.slot.value, m.chunk);
}

Offset<wire::SnapshotChunk> put(FlatBufferBuilder& builder, const SnapshotChunk& m) {
  const Blob bytes = put_bytes(builder, m.bytes);
  return wire::CreateSnapshotChunk(builder, m.slot.value, m.chunks, m.chunk, bytes);
}

// What the bytes of a message's values take in a frame, structs included.
template <class Item>
std::size_t variable_bytes(std::span<const Item> items) {
  return bytes_of(items) + items.size() * kValueOverheadBytes;
}

std::size_t variable_bytes(const Promise& m) { return variable_bytes(m.accepted); }
std::size_t variable_bytes(const Accept& m) { return variable_bytes(m.values); }
std::size_t variable_bytes(const Chosen& m) { return variable_bytes(m.values); }
std::size_t variable_bytes(const Forward& m) { return m.value.bytes.size(); }
std::size_t variable_bytes(const ForwardAnswer& m) { return m.reply.size(); }
std::size_t variable_bytes(const SnapshotChunk& m) { return m.bytes.size(); }
template <class Fixed>
std::size_t variable_bytes(const Fixed& /*message*/) {
  return 0;
}

template <class M>
std::size_t most_bytes(const M& message) {
  const std::size_t bytes = kMessageOverheadBytes + variable_bytes(message);
  DECREE_ASSERT(bytes <= kMaxFrameBytes, "a message fits into one frame");
  return bytes;
}

// At the end of the memory.
template <class M>
std::span<std::byte> build(const M& message, const Origin& origin, FrameMemory& memory) {
  FlatBufferBuilder builder(memory.bytes().size(), &memory);
  // Fields that hold their default are written too: decoding has no branches, and there is always
  // something of 8 bytes that keeps the whole aligned to 8.
  builder.ForceDefaults(true);
  builder.Finish(put(builder, message));
  const std::size_t size = kHeaderBytes + builder.GetSize();
  DECREE_ASSERT(size <= memory.bytes().size(), "the header fits in front of the message");
  const std::span<std::byte> frame = memory.bytes().last(size);
  seal(frame, kFrameTypeOf<M>, origin);
  return frame;
}

}  // namespace

class Encoder::Impl {
 public:
  explicit Impl(const Origin& origin) : origin_(origin) {}

  Payload keep(std::span<const std::byte> bytes) {
    if (!bytes.empty()) return runs_.keep(bytes);
    Slabs::Piece nowhere = slabs_.take(0);
    return {nowhere.bytes.first(0), std::move(nowhere.owner)};
  }
  Payload encode(const Message& message) {
    return std::visit([this](const auto& m) { return encode(m); }, message);
  }

 private:
  template <class M>
  Payload encode(const M& message) {
    Slabs::Piece piece = slabs_.take(most_bytes(message));
    FrameMemory memory(piece.bytes);
    slabs_.keep_end(piece, build(message, origin_, memory).size());
    return {piece.bytes, std::move(piece.owner)};
  }
  Payload encode(const Accept& message) {
    Slabs::Piece around = runs_.take(message.values);
    if (!around.owner) return encode<Accept>(message);
    FrameMemory memory(around.bytes);
    return {build(message, origin_, memory), std::move(around.owner)};
  }

  Origin origin_;
  Slabs slabs_;
  CommandRuns runs_;
};

Encoder::Encoder(const Origin& origin) : impl_(std::make_unique<Impl>(origin)) {}
Encoder::~Encoder() = default;
Payload Encoder::keep(std::span<const std::byte> command) { return impl_->keep(command); }
Payload Encoder::encode(const Message& message) { return impl_->encode(message); }

}  // namespace decree::transport
