// The bounds of the core. Each keeps a queue or a message from growing with the load.
#ifndef DECREE_PAXOS_LIMITS_H_
#define DECREE_PAXOS_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "decree/types.h"

namespace decree::paxos {

/// One accept or chosen message holds at most this much, or one value.
inline constexpr std::size_t kMaxBatchBytes = 1u << 20;
inline constexpr std::size_t kMaxBatchValues = 8192;
/// What a value costs beside its bytes, for the sum above.
inline constexpr std::size_t kValueOverheadBytes = 32;
/// Batches of a leader that are not chosen yet; what arrives meanwhile travels together.
inline constexpr std::size_t kMaxBatchesInFlight = 16;
/// As long as so many batches are neither chosen nor durable at the leader, what accumulates waits,
/// unless it is as large: disks take few large writes in less time than many small ones.
inline constexpr std::size_t kSmallBatchesInFlight = 2;
inline constexpr std::size_t kLargeBatchBytes = 64u << 10;
/// Batches that are not durable at a peer: more would wait in its memory for its disk.
inline constexpr std::size_t kMaxBatchesToPeer = 32;
/// Slots above the known prefix that are kept; what lies beyond comes again later.
inline constexpr std::uint64_t kMaxOpenSlots = 1u << 18;
/// Applied values that stay in memory for peers that are a little behind.
inline constexpr std::uint64_t kMemoryBytes = 16u << 20;
inline constexpr std::uint64_t kMemorySlots = 1u << 16;

/// The "ballot" of a value that was sent as chosen.
inline constexpr Ballot kChosenBallot{UINT64_MAX, {}, {}};

}  // namespace decree::paxos

#endif  // DECREE_PAXOS_LIMITS_H_
