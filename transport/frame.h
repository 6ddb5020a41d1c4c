// The fixed header in front of everything that replicas send. docs/wire-format.md has the bytes.
#ifndef DECREE_TRANSPORT_FRAME_H_
#define DECREE_TRANSPORT_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "decree/types.h"

namespace decree::transport {

inline constexpr std::uint32_t kMagic = 0x52434544;  // "DECR" in memory
inline constexpr std::uint16_t kWireVersion = 1;
inline constexpr std::size_t kHeaderBytes = 40;
inline constexpr std::size_t kFrameAlignment = 8;
inline constexpr std::size_t kMaxFrameBytes = 32u << 20;  // header included
inline constexpr std::size_t kMaxHelloBytes = 1024;       // of a hello or its answer

/// What follows the header. The numbers are the wire's: never reuse one.
enum class FrameType : std::uint16_t {
  hello = 1,
  hello_answer = 2,
  prepare = 16,
  promise = 17,
  accept = 18,
  accepted = 19,
  refused = 20,
  watermark = 21,
  fetch = 22,
  chosen = 23,
  heartbeat = 24,
  heartbeat_answer = 25,
  canvass = 26,
  canvass_answer = 27,
  release = 28,
  forward = 29,
  forward_answer = 30,
  read_point = 31,
  read_point_answer = 32,
  fetch_snapshot = 33,
  snapshot_chunk = 34,
};

/// What every frame of this replica says about its origin.
struct Origin {
  std::uint64_t cluster = 0;
  std::uint64_t group = 0;
  ReplicaId sender;
};

/// The header as it lies in memory, little endian.
struct FrameHeader {
  std::uint64_t checksum = 0;  // XXH3-64 of every byte of the frame behind this field
  std::uint32_t magic = kMagic;
  std::uint16_t version = kWireVersion;
  FrameType type = FrameType::hello;
  std::uint32_t length = 0;  // bytes behind the header, a multiple of 8
  std::uint32_t sender = 0;
  std::uint64_t cluster = 0;
  std::uint64_t group = 0;

  [[nodiscard]] std::size_t frame_bytes() const { return kHeaderBytes + length; }
};
static_assert(sizeof(FrameHeader) == kHeaderBytes);

/// The header of a frame of which at least kHeaderBytes are there.
FrameHeader read_header(std::span<const std::byte> frame);

/// Writes header and checksum over the first kHeaderBytes of a frame whose payload is in place.
void seal(std::span<std::byte> frame, FrameType type, const Origin& origin);

/// True if the checksum of a whole frame is right.
bool checksum_good(std::span<const std::byte> frame);

/// Why a frame with this header is not for a replica of `own`'s cluster and group that takes frames
/// of at most `max_bytes`; empty if it is. Nothing may be allocated for a frame before.
std::string header_problem(const FrameHeader& header, const Origin& own, std::size_t max_bytes);

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_FRAME_H_
