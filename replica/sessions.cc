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

void Sessions::save(ByteWriter& to) const {
  to.put(by_use_.size());
  for (const auto& [used, client] : by_use_) {
    const Session& session = sessions_.at(client.value);
    to.put(client.value);
    to.put(used.value);
    to.put(session.last.value);
    to.put(session.reply.bytes());
  }
}

bool Sessions::load(ByteReader& from) {
  sessions_.clear();
  by_use_.clear();
  const std::uint64_t count = from.get();
  if (count > kMaxSessions) return false;
  for (std::uint64_t i = 0; i < count && from.good(); ++i) {
    const ClientId client{from.get()};
    Session& session = sessions_[client.value];
    session.used = Slot{from.get()};
    session.last = Sequence{from.get()};
    session.reply.assign(from.get_bytes(kMaxReplyBytes));
    by_use_[session.used] = client;
  }
  return from.good();
}

}  // namespace decree::replica
