// Every message that replicas exchange, one comment a field. Plain values: encoding is transport/,
// meaning of ballots and slots is paxos/, meaning of anything about time is leases/.
#ifndef DECREE_PAXOS_MESSAGE_H_
#define DECREE_PAXOS_MESSAGE_H_

#include <array>
#include <cstdint>
#include <span>
#include <variant>

#include "decree/types.h"
#include "paxos/buffer.h"

namespace decree {

enum class ValueKind : std::uint8_t {
  noop = 0,            // fills a gap, or is a leader's first slot
  command = 1,         // bytes for the state machine
  open_session = 2,    // the session's client id is the slot of this decree
  lease_settings = 3,  // bytes: what the group's leases go by from here on
};

/// What a slot holds.
struct Value {
  ValueKind kind = ValueKind::noop;
  ClientId client;    // the session of the first proposer, or none
  Sequence sequence;  // the request's number in that session
  Payload bytes;
};

/// A reading of the sender's own clock in nanoseconds, meaningful to that sender alone; 0: none.
struct LeaseStamp {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const LeaseStamp&) const = default;
};

/// What an acceptor answers to a stamp.
struct LeaseEcho {
  LeaseStamp stamp;              // the stamp that is answered; 0: none
  std::uint64_t granted_ns = 0;  // how long, from its receipt, the acceptor remembers; 0: no grant
};

/// What a leader asks of the acceptors about time, on every accept and heartbeat.
struct LeaseAsk {
  LeaseStamp stamp;               // when it was sent by the leader's clock; 0: asks for no grant
  std::uint64_t duration_ns = 0;  // T of the leader's settings
  std::uint32_t rho_ppm = 0;      // rho of the leader's settings
  StartNumber start;              // the leader's start number
};

/// Phase 1a. "I want to lead with this ballot: promise, and say what you have accepted." Also asks
/// for the next chunk of a promise.
struct Prepare {
  Ballot ballot;
  Slot after;  // report slots after this one: the candidate's announced watermark, or the last
               // slot that this acceptor has reported
  StartNumber start;  // ends the grants to lower starts of the same incarnation
  Ballot hand_over;   // the released ballot of which this is the planned successor; none: canvassed
};

/// A slot that an acceptor has accepted.
struct AcceptedValue {
  Slot slot;
  Ballot ballot;  // the highest under which it was accepted
  Value value;
};

/// Phase 1b, or a chunk of it: the candidate asks for the one behind it with another prepare.
struct Promise {
  Ballot ballot;
  Slot after;                      // of the prepare that is answered
  bool last = false;               // nothing is accepted behind `accepted`
  Slot known_chosen;               // the acceptor's announced watermark, if it is above `after`
  std::uint64_t remainder_ns = 0;  // what remains of the longest grant that bars this ballot
  Ballot lost;                     // acceptances through this ballot may be lost to damage ...
  Slot lost_through;               // ... in slots through this one
  std::span<const AcceptedValue> accepted;  // ascending slots, all that are accepted until its last
};

/// Phase 2a: consecutive slots, first, first + 1, ...
struct Accept {
  Ballot ballot;
  Slot ballot_first;  // F: the first slot that this ballot proposed
  Slot first;
  Slot announced;  // the leader's announced watermark
  LeaseAsk lease;
  std::span<const Value> values;
};

/// Phase 2b, cumulative: every slot from F through `through` is durable under `ballot` or known
/// chosen.
struct Accepted {
  Ballot ballot;
  Slot through;
  LeaseEcho lease;
  std::uint64_t disk_ns = 0;  // what the newest write took, for those who look for slow disks
};

/// The answer to anything whose ballot is below the promise.
struct Refused {
  Ballot refused;   // the ballot of the message that is refused
  Ballot promised;  // the promise that stands against it; equal to `refused`: unwilling, see Omega
};

/// The announced watermark when no accept carries it.
struct Watermark {
  Ballot ballot;
  Slot announced;
};

/// "Send me these slots as chosen."
struct Fetch {
  Slot first;
  Slot last;  // inclusive; the answer may stop earlier
};

/// Values that are chosen: first, first + 1, ...
struct Chosen {
  Slot first;
  std::span<const Value> values;
};

/// "Send me a piece of your snapshot of this slot."
struct FetchSnapshot {
  Slot slot;
  std::uint64_t chunk = 0;  // 0, 1, ...
};

/// A piece of a snapshot: the answer, or to a Fetch whose slots are no longer in the log the first
/// one of the newest snapshot.
struct SnapshotChunk {
  Slot slot;                         // the state is the one after it
  std::uint64_t chunks = 0;          // of the whole snapshot
  std::uint64_t chunk = 0;           // this one
  std::span<const std::byte> bytes;  // as in the sender's file, with a checksum of its own
};

inline constexpr std::size_t kMaxReplicas = 9;  // voters of a group

/// Who should follow whom, best first; ends at the first "none".
using Succession = std::array<ReplicaId, kMaxReplicas>;

/// A sign of life of a leader, and its question for a quorum round.
struct Heartbeat {
  Ballot ballot;
  std::uint64_t round = 0;  // of this ballot, grows by one: answers name it
  Slot ballot_first;        // F, see Accept
  Slot sent_through;        // last slot that was sent to this peer under the ballot
  Slot announced;
  LeaseAsk lease;
  Succession succession;
  Ballot next;  // of the planned successor: a promise to write ahead; none: nobody is to follow
};

struct HeartbeatAnswer {
  Ballot ballot;
  std::uint64_t round = 0;
  Slot received;  // like Accepted::through, not yet durable: what was sent and is not is lost
  LeaseEcho lease;
  // So that the leader can order its successors:
  std::uint32_t priority = 0;
  bool impaired = false;  // the answerer is not fit to lead
  Ballot written;         // the highest promise that is durable here, made already or not
};

/// "Do you also suspect, and are you willing?"
struct Canvass {
  std::uint64_t round = 0;     // of this canvasser's start; answers name it
  Ballot following;            // the highest leader's ballot that the canvasser has followed
  Slot log_end;                // the last slot of the canvasser's log
  std::uint32_t priority = 0;  // the canvasser's
};

struct CanvassAnswer {
  std::uint64_t round = 0;
  bool willing = false;
  Ballot promised;  // so that the candidate's ballot is above it
};

/// A planned end of a leadership: the ballot holds no lease any more and never will again.
struct Release {
  Ballot ballot;
  ReplicaId successor;  // may prepare at once, without a canvass; none: nobody in particular
};

/// A command on its way from the replica that took it to the leader.
struct Forward {
  std::uint64_t request = 0;  // of this sender, growing, also over its starts
  Value value;
};

/// The fate of a forwarded command or read; `error` is an Errc of the public API.
struct ForwardAnswer {
  std::uint64_t request = 0;
  std::uint32_t error = 0;
  Token token;  // where it was decided, if it was
  std::span<const std::byte> reply;
};

/// "From which slot on is a read that was called before this message linearizable?"
struct ReadPoint {
  std::uint64_t request = 0;
};

struct ReadPointAnswer {
  std::uint64_t request = 0;
  std::uint32_t error = 0;
  Slot point;
};

using Message =
    std::variant<Prepare, Promise, Accept, Accepted, Refused, Watermark, Fetch, Chosen, Heartbeat,
                 HeartbeatAnswer, Canvass, CanvassAnswer, Release, Forward, ForwardAnswer,
                 ReadPoint, ReadPointAnswer, FetchSnapshot, SnapshotChunk>;

}  // namespace decree

#endif  // DECREE_PAXOS_MESSAGE_H_
