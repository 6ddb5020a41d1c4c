#include "paxos/leader.h"

#include <algorithm>

#include "paxos/assert.h"

namespace decree::paxos {

namespace {

/// What one turn sends to a peer that is behind, so that it does not delay the others.
constexpr int kFeedBatchesPerTurn = 2;

}  // namespace

Leader::Leader(const Candidate& candidate, ReplicaId self, const Voters& voters, SlotLog& log)
    : voters_(voters),
      log_(log),
      self_(self),
      ballot_(candidate.ballot()),
      first_(candidate.watermark().next()),
      noop_(candidate.last_reported().next()),
      end_(noop_),
      sent_(candidate.watermark()),
      chosen_(candidate.watermark()) {
  for (Slot slot = first_; slot < noop_; slot = slot.next()) {
    log_.set(slot, ballot_, candidate.adopted(slot));
  }
  log_.set(noop_, ballot_, Value{});
  for (Peer& each : peers_) each.accepted = each.sent = candidate.watermark();
}

Slot Leader::propose(const Value& value) {
  end_ = end_.next();
  DECREE_ASSERT(log_.find(end_) == nullptr, "a leader proposes only in slots that are free");
  log_.set(end_, ballot_, value);
  unsent_bytes_ += value.bytes.size() + kValueOverheadBytes;
  return end_;
}

void Leader::flush(Slot announced, Journal& journal, Output& out) {
  in_flight_.confirmed(chosen_);
  while (sent_ < end_ && !in_flight_.full() && !better_waits()) {
    ReplicaSet to;
    for (ReplicaId id : voters_.ids()) {
      const Peer& each = peer(id);
      if (each.connected && each.sent == sent_ && !each.window.full()) to.insert(id);
    }
    const Slot first = sent_.next();
    sent_ = emit(first, end_, to, announced, out);
    in_flight_.sent(sent_);
    for (ReplicaId id : voters_.ids()) {
      if (!to.contains(id)) continue;
      peer(id).sent = sent_;
      peer(id).window.sent(sent_);
    }
    const Record record{RecordKind::accept, ballot_, first, sent_, {}};
    journal.append_own(record, out.accepts.size() - 1);
    owed_votes_.push_back({sent_, journal.covering()});
    if (sent_ == end_) unsent_bytes_ = 0;
  }
  for (ReplicaId id : voters_.ids()) feed(id, announced, out);
}

Slot Leader::emit(Slot first, Slot limit, const ReplicaSet& to, Slot announced, Output& out) {
  const Accept accept{ballot_, first_, first, {}, {}, {}};
  Outgoing outgoing{to, accept, out.values.size(), 0};
  std::size_t bytes = 0;
  Slot slot = first;
  for (; slot <= limit && outgoing.count < kMaxBatchValues; slot = slot.next()) {
    const LogEntry* entry = log_.find(slot);
    DECREE_ASSERT(entry != nullptr && entry->ballot == ballot_, "a leader sends its own proposals");
    const std::size_t cost = entry->value.bytes.size() + kValueOverheadBytes;
    if (outgoing.count > 0 && bytes + cost > kMaxBatchBytes) break;
    bytes += cost;
    out.values.push_back(entry->value);
    ++outgoing.count;
  }
  const Slot last = slot.previous();
  // To a peer that is behind, no more is announced than it has been sent.
  announced = std::min(announced, last);
  std::get<Accept>(outgoing.message).announced = announced;
  for (ReplicaId id : voters_.ids()) {
    if (to.contains(id)) peer(id).told = std::max(peer(id).told, announced);
  }
  out.accepts.push_back(outgoing);
  return last;
}

void Leader::feed(ReplicaId id, Slot announced, Output& out) {
  Peer& each = peer(id);
  if (!each.connected) return;
  // What is no longer in memory is announced: the peer fetches it. Not while its window is full, or
  // a peer whose disk stands still would get more and more to hold.
  if (each.sent < log_.base() && !each.window.full()) each.sent = std::max(each.sent, announced);
  for (int batch = 0; batch < kFeedBatchesPerTurn; ++batch) {
    if (each.sent >= sent_ || each.window.full()) return;
    each.sent = emit(each.sent.next(), sent_, ReplicaSet::of(id), announced, out);
    each.window.sent(each.sent);
  }
}

void Leader::own_durable(const Journal& journal) {
  Peer& own = peer(self_);
  while (!owed_votes_.empty() && journal.is_durable(owed_votes_.front().lsn)) {
    own.accepted = owed_votes_.front().last;
    owed_votes_.pop_front();
  }
  advance_chosen();
}

void Leader::accepted(ReplicaId from, const Accepted& accepted) {
  DECREE_ASSERT(accepted.ballot == ballot_, "only acceptances of this ballot count");
  Peer& each = peer(from);
  each.accepted = std::max(each.accepted, std::min(accepted.through, sent_));
  each.sent = std::max(each.sent, each.accepted);
  each.window.confirmed(each.accepted);
  advance_chosen();
}

Slot Leader::heartbeat_to(ReplicaId id, std::uint64_t round) {
  Peer& each = peer(id);
  // One probe at a time: heartbeats may leave faster than they are answered.
  if (each.probe == 0) {
    each.probe = round;
    each.sent_at_probe = each.sent;
  }
  return each.sent;
}

void Leader::received(ReplicaId from, std::uint64_t round, Slot received) {
  Peer& each = peer(from);
  if (each.probe == 0 || round < each.probe) return;
  each.probe = 0;
  // A peer that fetches what is no longer in memory lacks it for a while; nothing more is lost.
  if (received >= each.sent_at_probe || received < log_.base()) return;
  // The answer counts and not what was received once: the peer may have restarted since.
  each.sent = std::max(each.accepted, std::min(received, sent_));
  each.window.clear();
}

void Leader::connected(ReplicaId id, bool connected) {
  Peer& each = peer(id);
  each.connected = connected;
  // What was under way on the old connection may be lost, and what was only received with it.
  each.sent = each.accepted;
  each.told = Slot{};
  each.probe = 0;
  each.window.clear();
}

ReplicaSet Leader::tell(Slot announced) {
  ReplicaSet to;
  for (ReplicaId id : voters_.ids()) {
    Peer& each = peer(id);
    // A peer that is being fed learns it from what it is fed, else it would fetch the same slots.
    if (!each.connected || each.told >= announced || each.sent < announced) continue;
    each.told = announced;
    to.insert(id);
  }
  return to;
}

void Leader::advance_chosen() {
  const Slot reached = voters_.quorum_th([this](ReplicaId id) { return peer(id).accepted; });
  chosen_ = std::max(chosen_, reached);
}

}  // namespace decree::paxos
