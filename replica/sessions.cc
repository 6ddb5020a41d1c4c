#include "replica/sessions.h"

namespace decree::replica {

void Sessions::open(ClientId client, Slot slot) {
  if (sessions_.size() == kMaxSessions) {
    const auto oldest = by_use_.begin();
    sessions_.erase(oldest->second.value);
    by_use_.erase(oldest);
  }
  sessions_[client.value].used = slot;
  by_use_[slot] = client;
}

Sessions::Verdict Sessions::check(ClientId client, Sequence sequence, Slot slot) {
  const auto found = sessions_.find(client.value);
  if (found == sessions_.end()) return Verdict::unknown;
  Session& session = found->second;
  by_use_.erase(session.used);
  by_use_[slot] = client;
  session.used = slot;
  if (sequence > session.last) return Verdict::fresh;
  return sequence == session.last ? Verdict::duplicate : Verdict::stale;
}

void Sessions::remember(ClientId client, Sequence sequence, const Reply& reply) {
  Session& session = sessions_.at(client.value);
  session.last = sequence;
  session.reply = reply;
}

}  // namespace decree::replica
