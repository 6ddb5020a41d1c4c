#include "replica/applier.h"

#include <xxhash.h>

#include <array>

namespace decree::replica {

Applied Applier::apply(Slot slot, const Value& value) {
  add_to_digest(slot, value);
  switch (value.kind) {
    case ValueKind::noop:
      return {};
    case ValueKind::open_session:
      sessions_.open(ClientId{slot.value}, slot);
      return {};
    case ValueKind::command:
      return value.client ? apply_in_session(slot, value) : apply_command(slot, value);
  }
  return {};
}

Applied Applier::apply_command(Slot slot, const Value& value) {
  Applied applied;
  machine_.apply(Entry{slot, value.client, value.bytes.view}, applied.reply);
  return applied;
}

Applied Applier::apply_in_session(Slot slot, const Value& value) {
  switch (sessions_.check(value.client, value.sequence, slot)) {
    case Sessions::Verdict::unknown:
      return {Errc::session_expired, {}};
    case Sessions::Verdict::stale:
      return {Errc::stale_sequence, {}};
    case Sessions::Verdict::duplicate:
      return {{}, sessions_.reply(value.client)};
    case Sessions::Verdict::fresh:
      break;
  }
  Applied applied = apply_command(slot, value);
  sessions_.remember(value.client, value.sequence, applied.reply);
  return applied;
}

void Applier::add_to_digest(Slot slot, const Value& value) {
  const std::array<std::uint64_t, 4> head{slot.value, static_cast<std::uint64_t>(value.kind),
                                          value.client.value, value.sequence.value};
  digest_ = XXH3_64bits_withSeed(head.data(), sizeof head, digest_);
  if (value.bytes.size() == 0) return;
  digest_ = XXH3_64bits_withSeed(value.bytes.view.data(), value.bytes.size(), digest_);
}

}  // namespace decree::replica
