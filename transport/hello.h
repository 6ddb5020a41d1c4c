// The first frame on a connection and its answer: who calls whom.
#ifndef DECREE_TRANSPORT_HELLO_H_
#define DECREE_TRANSPORT_HELLO_H_

#include <optional>
#include <span>
#include <string>

#include "paxos/buffer.h"
#include "transport/frame.h"
#include "transport/network.h"

namespace decree::transport {

/// Sent by the replica that dialled; header and Hello together say who it is.
struct Hello {
  ReplicaId wanted;  // whom it means to reach
  Introduction own;
};

/// Sent by the replica that was dialled. Also sent by the one that dialled, never accepting, when
/// it refuses who answered. No frame of another kind precedes an accepting answer.
struct HelloAnswer {
  bool accepted = false;
  Introduction own;
  std::string reason;  // of a refusal; longer ones are cut
};

Payload encode(const Origin& origin, const Hello& hello);
Payload encode(const Origin& origin, const HelloAnswer& answer);

/// Null if malformed or of another type. Header and checksum were found good before.
std::optional<Hello> decode_hello(std::span<const std::byte> frame);
/// The same; the reason is reduced to printable characters.
std::optional<HelloAnswer> decode_hello_answer(std::span<const std::byte> frame);

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_HELLO_H_
