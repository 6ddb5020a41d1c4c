// How the values of messages look on the wire. Internal to the codec.
#ifndef DECREE_TRANSPORT_WIRE_H_
#define DECREE_TRANSPORT_WIRE_H_

#include <flatbuffers/flatbuffers.h>

#include <algorithm>
#include <array>

#include "paxos/message.h"
#include "transport/frame.h"
#include "transport/message_generated.h"

namespace decree::transport {

/// The frame type of each message.
template <class M>
inline constexpr FrameType kFrameTypeOf = FrameType::hello;  // of no message
template <>
inline constexpr FrameType kFrameTypeOf<Prepare> = FrameType::prepare;
template <>
inline constexpr FrameType kFrameTypeOf<Promise> = FrameType::promise;
template <>
inline constexpr FrameType kFrameTypeOf<Accept> = FrameType::accept;
template <>
inline constexpr FrameType kFrameTypeOf<Accepted> = FrameType::accepted;
template <>
inline constexpr FrameType kFrameTypeOf<Refused> = FrameType::refused;
template <>
inline constexpr FrameType kFrameTypeOf<Watermark> = FrameType::watermark;
template <>
inline constexpr FrameType kFrameTypeOf<Fetch> = FrameType::fetch;
template <>
inline constexpr FrameType kFrameTypeOf<Chosen> = FrameType::chosen;
template <>
inline constexpr FrameType kFrameTypeOf<Heartbeat> = FrameType::heartbeat;
template <>
inline constexpr FrameType kFrameTypeOf<HeartbeatAnswer> = FrameType::heartbeat_answer;
template <>
inline constexpr FrameType kFrameTypeOf<Canvass> = FrameType::canvass;
template <>
inline constexpr FrameType kFrameTypeOf<CanvassAnswer> = FrameType::canvass_answer;
template <>
inline constexpr FrameType kFrameTypeOf<Release> = FrameType::release;
template <>
inline constexpr FrameType kFrameTypeOf<Forward> = FrameType::forward;
template <>
inline constexpr FrameType kFrameTypeOf<ForwardAnswer> = FrameType::forward_answer;
template <>
inline constexpr FrameType kFrameTypeOf<ReadPoint> = FrameType::read_point;
template <>
inline constexpr FrameType kFrameTypeOf<ReadPointAnswer> = FrameType::read_point_answer;
template <>
inline constexpr FrameType kFrameTypeOf<FetchSnapshot> = FrameType::fetch_snapshot;
template <>
inline constexpr FrameType kFrameTypeOf<SnapshotChunk> = FrameType::snapshot_chunk;

inline wire::Ballot to_wire(const Ballot& ballot) {
  return {ballot.round, ballot.incarnation.value, ballot.replica.value};
}

inline wire::Value to_wire(const Value& value) {
  return {value.client.value, value.sequence.value, static_cast<std::uint32_t>(value.bytes.size()),
          static_cast<std::uint8_t>(value.kind)};
}

inline wire::LeaseAsk to_wire(const LeaseAsk& ask) {
  return {ask.stamp.value, ask.duration_ns, ask.start.value, ask.rho_ppm};
}

inline wire::LeaseEcho to_wire(const LeaseEcho& echo) {
  return {echo.stamp.value, echo.granted_ns};
}

inline wire::Succession to_wire(const Succession& succession) {
  std::array<std::uint32_t, kMaxReplicas> ids{};
  std::transform(succession.begin(), succession.end(), ids.begin(),
                 [](ReplicaId id) { return id.value; });
  return wire::Succession(flatbuffers::span<const std::uint32_t, kMaxReplicas>(ids));
}

inline wire::AcceptedValue to_wire(const AcceptedValue& accepted) {
  return {accepted.slot.value, to_wire(accepted.ballot), to_wire(accepted.value)};
}

inline Ballot from_wire(const wire::Ballot& ballot) {
  return {ballot.round(), ReplicaId{ballot.replica()}, Incarnation{ballot.incarnation()}};
}

inline LeaseAsk from_wire(const wire::LeaseAsk& ask) {
  return {LeaseStamp{ask.stamp()}, ask.duration_ns(), ask.rho_ppm(), StartNumber{ask.start()}};
}

inline LeaseEcho from_wire(const wire::LeaseEcho& echo) {
  return {LeaseStamp{echo.stamp()}, echo.granted_ns()};
}

inline Succession from_wire(const wire::Succession& succession) {
  Succession ids{};
  for (flatbuffers::uoffset_t i = 0; i < kMaxReplicas; ++i) {
    ids[i] = ReplicaId{succession.replicas()->Get(i)};
  }
  return ids;
}

/// A frame with header and checksum around a finished table. Copies it: not for the hot path.
Payload framed(const flatbuffers::FlatBufferBuilder& builder, FrameType type, const Origin& origin);

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_WIRE_H_
