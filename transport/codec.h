// Messages to frames and back. docs/wire-format.md has the bytes.
#ifndef DECREE_TRANSPORT_CODEC_H_
#define DECREE_TRANSPORT_CODEC_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "paxos/message.h"
#include "transport/frame.h"

namespace decree::transport {

/// The most values of an accept or a chosen, and accepted values of a promise.
inline constexpr std::size_t kMaxValues = 65'536;
/// What a message of values adds to their bytes, at most: a fixed part and one a value. The sender
/// keeps header, fixed part, values and their bytes within kMaxFrameBytes.
inline constexpr std::size_t kMessageOverheadBytes = 512;
inline constexpr std::size_t kValueOverheadBytes = 64;

/// Builds frames. One thread.
class Encoder {
 public:
  explicit Encoder(const Origin& origin);
  ~Encoder();
  /// A copy of a command's bytes. If those that were kept since the last accept make up the next
  /// one, in their order, its frame is built around them, and they are not copied again.
  Payload keep(std::span<const std::byte> command);
  /// A whole frame, header and checksum included. Each byte of a value is copied once at most.
  Payload encode(const Message& message);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads frames, from the network and from the log alike. One thread. The spans of a decoded
/// message (values, accepted, reply) lie in memory of the decoder or in the frame, which the
/// decoder keeps alive until its next call; payloads point into the frame and share its owner. A
/// frame that is not 8-byte aligned is copied first.
class Decoder {
 public:
  Decoder();
  ~Decoder();
  /// The message in a frame that the network or the log has found whole (checksum good). Runs the
  /// FlatBuffers verifier and checks every count and length; null with `problem` set if malformed.
  const Message* decode(const Payload& frame, std::string_view& problem);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_CODEC_H_
