// The value types of the protocol: plain, comparable, never two bare integers side by side.
#ifndef DECREE_TYPES_H_
#define DECREE_TYPES_H_

#include <compare>
#include <cstdint>

namespace decree {

/// A replica of the group. 1 to 63; 0 means "none".
struct ReplicaId {
  std::uint32_t value = 0;
  constexpr auto operator<=>(const ReplicaId&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
};
inline constexpr std::uint32_t kMaxReplicaId = 63;

/// One life of a replica's directory: drawn at random when the directory is made. A wiped disk is
/// another incarnation and therefore a stranger.
struct Incarnation {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const Incarnation&) const = default;
};

/// How many times a directory has been opened; durable, one more at each start.
struct StartNumber {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const StartNumber&) const = default;
};

/// A ballot: totally ordered, owned by one incarnation of one replica ("The Part-Time Parliament",
/// section 2.2). The default value is below every ballot that a replica can own.
struct Ballot {
  std::uint64_t round = 0;
  ReplicaId replica;
  Incarnation incarnation;
  constexpr auto operator<=>(const Ballot&) const = default;
  constexpr explicit operator bool() const { return round != 0; }
};

/// A position in the replicated log. Slots start at 1; 0 means "before the first".
struct Slot {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const Slot&) const = default;
  constexpr Slot next() const { return Slot{value + 1}; }
  constexpr Slot previous() const { return Slot{value - 1}; }
};

/// The client of a session. 0 means "no session".
struct ClientId {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const ClientId&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
};

/// The number of a request within its session; starts at 1.
struct Sequence {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const Sequence&) const = default;
};

/// Proof of when something was decided: it only grows. A resource outside the group that refuses
/// a token older than the newest it has seen is fenced against a leader that no longer is one.
struct Token {
  Ballot ballot;
  Slot slot;
  constexpr auto operator<=>(const Token&) const = default;
};

}  // namespace decree

#endif  // DECREE_TYPES_H_
