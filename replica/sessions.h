// Exactly once: what each client was answered last. Part of the replicated state.
#ifndef DECREE_REPLICA_SESSIONS_H_
#define DECREE_REPLICA_SESSIONS_H_

#include <cstddef>
#include <map>
#include <unordered_map>

#include "decree/state_machine.h"
#include "decree/types.h"
#include "replica/byte_stream.h"

namespace decree::replica {

/// The session table (Ongaro, "Consensus: Bridging Theory and Practice", section 6.3). It changes
/// only by decrees, so that it is the same on every replica: which session is evicted, too, is
/// decided by slots and never by time.
class Sessions {
 public:
  enum class Verdict {
    fresh,      // apply it
    duplicate,  // it was applied: reply() has the answer
    stale,      // a later request of the session was applied
    unknown,    // the session was never opened, or evicted
  };

  static constexpr std::size_t kMaxSessions = 10'000;
  static constexpr std::uint64_t kMaxReplyBytes = 1u << 30;

  void open(ClientId client, Slot slot);
  /// What to make of a request that was chosen in `slot`.
  Verdict check(ClientId client, Sequence sequence, Slot slot);
  /// The reply to the session's last request.
  [[nodiscard]] const Reply& reply(ClientId client) const {
    return sessions_.at(client.value).reply;
  }
  void remember(ClientId client, Sequence sequence, const Reply& reply);

  /// The same bytes on every replica that has applied the same slots.
  void save(ByteWriter& to) const;
  /// In place of what is here. False if the bytes are no session table.
  bool load(ByteReader& from);

 private:
  struct Session {
    Sequence last;
    Slot used;
    Reply reply;
  };

  std::unordered_map<std::uint64_t, Session> sessions_;
  std::map<Slot, ClientId> by_use_;  // the least recently used one first
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_SESSIONS_H_
