#include "tests/paxos/world.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "paxos/assert.h"

namespace decree::paxos::test {

namespace {

std::vector<ReplicaId> ids_to(std::size_t replicas) {
  std::vector<ReplicaId> ids;
  for (std::uint32_t id = 1; id <= replicas; ++id) ids.push_back(ReplicaId{id});
  return ids;
}

Incarnation incarnation_of(ReplicaId id) { return Incarnation{100 + std::uint64_t{id.value}}; }

}  // namespace

World::World(std::size_t replicas, Sink sink)
    : voters_(ids_to(replicas)),
      oracle_(voters_),
      replicas_(replicas),
      links_(replicas * replicas),
      sink_(std::move(sink)) {
  for (ReplicaId id : ids()) restart(id);
}

// --- Links.

World::Link& World::link(ReplicaId from, ReplicaId to) {
  return links_[(from.value - 1) * replicas_.size() + (to.value - 1)];
}

const World::Link& World::link(ReplicaId from, ReplicaId to) const {
  return links_[(from.value - 1) * replicas_.size() + (to.value - 1)];
}

bool World::connected(ReplicaId from, ReplicaId to) const { return link(from, to).connected; }

std::size_t World::under_way(ReplicaId from, ReplicaId to) const {
  return link(from, to).under_way.size();
}

std::size_t World::late(ReplicaId from, ReplicaId to) const { return link(from, to).late.size(); }

void World::connect(ReplicaId from, ReplicaId to) {
  if (connected(from, to) || !up(from) || !up(to)) return;
  link(from, to).connected = true;
  input(from).peer_connected(to);
}

void World::cut(ReplicaId from, ReplicaId to, InFlight in_flight) {
  Link& broken = link(from, to);
  if (!broken.connected) return;
  broken.connected = false;
  if (in_flight == InFlight::late)
    std::ranges::move(broken.under_way, std::back_inserter(broken.late));
  broken.under_way.clear();
  if (up(from)) input(from).peer_disconnected(to);
}

bool World::deliver(ReplicaId from, ReplicaId to) {
  Link& carrier = link(from, to);
  if (carrier.under_way.empty()) return false;
  const Posted letter = std::move(carrier.under_way.front());
  carrier.under_way.pop_front();
  hand_over(from, to, *letter);
  return true;
}

bool World::lose(ReplicaId from, ReplicaId to) {
  Link& carrier = link(from, to);
  if (carrier.under_way.empty()) return false;
  carrier.under_way.pop_front();
  return true;
}

bool World::deliver_late(ReplicaId from, ReplicaId to) {
  Link& carrier = link(from, to);
  if (carrier.late.empty() || !up(to)) return false;
  const Posted letter = std::move(carrier.late.front());
  carrier.late.pop_front();
  hand_over(from, to, *letter);
  return true;
}

void World::hand_over(ReplicaId from, ReplicaId to, const Letter& letter) {
  tell_lazily(to,
              [&] { return "<- " + std::to_string(from.value) + "  " + text(letter.message()); });
  oracle_.delivered(from, core(to), letter.message());
  frames_.push_back(std::make_shared<const Letter>(letter.message()));
  const std::size_t index = frames_.size() - 1;
  const Payload frame = Payload::copy_of(std::as_bytes(std::span(&index, 1)));
  Core& receiver = input(to);
  const auto* heartbeat = std::get_if<Heartbeat>(&letter.message());
  const bool answers = heartbeat != nullptr && heartbeat->ballot >= receiver.promised();
  receiver.step(from, letter.message(), frame, {});
  if (!answers) return;
  const HeartbeatAnswer answer{
      heartbeat->ballot, heartbeat->round, receiver.received(heartbeat->ballot), {}, 0, false, {}};
  post(to, {ReplicaSet::of(from), answer});
}

// --- Disks.

std::size_t World::pending_appends(ReplicaId id) const {
  return replica(id).disk.size() - replica(id).durable;
}

void World::durable(ReplicaId id, std::size_t appends) {
  make_durable(id, appends);
  input(id).durable(Lsn{replica(id).durable});
}

void World::make_durable(ReplicaId id, std::size_t appends) {
  Replica& self = replica(id);
  for (; appends > 0 && self.durable < self.disk.size(); --appends) {
    for (const Stored& stored : self.disk[self.durable]) {
      oracle_.durable(id, stored.record, stored.frame ? &stored.frame->message() : nullptr);
    }
    ++self.durable;
  }
}

void World::crash(ReplicaId id, std::size_t surviving) {
  make_durable(id, surviving);
  Replica& self = replica(id);
  self.core.reset();
  self.disk.resize(self.durable);
  self.applied.clear();
  self.turn_is_due = false;
  self.told_leading = Ballot{};
  for (ReplicaId other : ids()) {
    cut(id, other, InFlight::late);
    cut(other, id, InFlight::lost);
    link(other, id).late.clear();
  }
}

void World::restart(ReplicaId id) {
  Replica& self = replica(id);
  DECREE_ASSERT(self.core == nullptr, "only a replica that is down is started");
  self.core = std::make_unique<Core>(id, voters_);
  for (const auto& append : self.disk) {
    for (const Stored& stored : append) recover(*self.core, stored);
  }
  self.core->recovered(incarnation_of(id), Lsn{self.durable});
  oracle_.started(id, *self.core);
  input(id);
}

void World::recover(Core& core, const Stored& stored) const {
  switch (stored.record.kind) {
    case RecordKind::promise:
      return core.recover_promise(stored.record.ballot);
    case RecordKind::reserve:
      return core.recover_reserve(stored.record.ballot);
    case RecordKind::accept:
      return core.recover_accept(std::get<Accept>(stored.frame->message()));
    case RecordKind::chosen:
      return core.recover_chosen(std::get<Chosen>(stored.frame->message()));
    case RecordKind::watermark:
      if (core.recover_watermark(stored.record.last)) return;
      throw Violation("a durable watermark lies behind its slots");
    default:
      throw Violation("the core writes records of its own kinds only");
  }
}

// --- Events of the driver.

Core& World::input(ReplicaId id) {
  replica(id).turn_is_due = true;
  return *replica(id).core;
}

void World::campaign(ReplicaId id) { input(id).campaign(core(id).next_ballot({}), {}); }

void World::propose(ReplicaId id, const Value& value) {
  const Slot slot = input(id).propose(value);
  tell_lazily(id, [&] { return "proposes " + text(slot) + "=" + text(value); });
}

void World::open(ReplicaId id) {
  input(id).open_announcements();
  oracle_.opened(id, core(id));
}

void World::remind(ReplicaId id) { input(id).remind(); }

void World::step_down(ReplicaId id) { input(id).step_down(); }

void World::heartbeat(ReplicaId id) {
  Core& sender = input(id);
  if (sender.leader() == nullptr) return;
  const std::uint64_t round = ++replica(id).round;
  for (ReplicaId to : ids()) {
    if (!connected(id, to)) continue;
    Heartbeat heartbeat;
    heartbeat.ballot = sender.leader()->ballot();
    heartbeat.round = round;
    heartbeat.ballot_first = sender.leader()->first();
    heartbeat.sent_through = sender.heartbeat_to(to, round);
    heartbeat.announced = sender.announced();
    post(id, {ReplicaSet::of(to), heartbeat});
  }
}

// --- A turn: send accepts, write, send the rest, apply, and only then tell the watermark.

void World::turn(ReplicaId id) {
  while (carry_out(id)) replica(id).core->tell_watermark();
  replica(id).turn_is_due = false;
  oracle_.check(id, core(id));
}

bool World::carry_out(ReplicaId id) {
  Replica& self = replica(id);
  self.core->take_output(self.output);
  tell_role(id);
  std::vector<Posted> accepts;
  for (const Outgoing& outgoing : self.output.accepts) accepts.push_back(post(id, outgoing));
  append(id, accepts);
  for (const Outgoing& outgoing : self.output.messages) post(id, outgoing);
  for (const FetchFromLog& fetch : self.output.fetches) serve_from_log(id, fetch);
  const bool applied = apply(id);
  return applied || !accepts.empty() || !self.output.records.empty() ||
         !self.output.messages.empty() || !self.output.fetches.empty();
}

World::Posted World::post(ReplicaId from, const Outgoing& outgoing) {
  Posted letter = std::make_shared<const Letter>(outgoing.message);
  oracle_.sent(from, core(from), letter->message());
  std::string to;
  for (ReplicaId id : ids()) {
    if (!outgoing.to.contains(id)) continue;
    DECREE_ASSERT(id != from, "no replica writes to itself");
    to += (to.empty() ? "" : ",") + std::to_string(id.value);
    if (connected(from, id)) link(from, id).under_way.push_back(letter);
  }
  if (!to.empty()) tell_lazily(from, [&] { return "-> " + to + "  " + text(letter->message()); });
  return letter;
}

void World::append(ReplicaId id, const std::vector<Posted>& accepts) {
  Replica& self = replica(id);
  if (self.output.records.empty()) return;
  std::vector<Stored> stored;
  std::string kinds;
  for (const RecordToAppend& each : self.output.records) {
    Posted frame;
    if (each.accept != RecordToAppend::kNone) {
      frame = accepts[each.accept];
    } else if (!each.record.bytes.empty()) {
      std::size_t index = 0;
      std::memcpy(&index, each.record.bytes.data(), sizeof index);
      frame = frames_[index];
    }
    stored.push_back({each.record, frame});
    stored.back().record.bytes = {};
    if (sink_) kinds += (kinds.empty() ? "" : ", ") + text(each.record);
  }
  self.disk.push_back(std::move(stored));
  DECREE_ASSERT(self.output.lsn == Lsn{self.disk.size()}, "appends are numbered without gaps");
  tell_lazily(id,
              [&] { return "writes append " + std::to_string(self.disk.size()) + ": " + kinds; });
}

void World::serve_from_log(ReplicaId id, const FetchFromLog& fetch) {
  const std::vector<Value>& known = replica(id).applied;
  const std::size_t end = std::min<std::size_t>(fetch.last.value, known.size());
  if (fetch.first.value > end) return;
  const std::size_t begin = fetch.first.value - 1;
  Chosen chosen{fetch.first,
                std::span(known).subspan(begin, std::min<std::size_t>(end - begin, 4))};
  post(id, {ReplicaSet::of(fetch.to), chosen});
}

bool World::apply(ReplicaId id) {
  Replica& self = replica(id);
  const Slot before = self.core->applied();
  std::string values;
  while (const LogEntry* entry = self.core->next_to_apply()) {
    const Slot slot = self.core->next_slot_to_apply();
    oracle_.applied(id, *self.core, slot, entry->value);
    self.applied.push_back(entry->value);
    if (sink_) values += " " + text(slot) + "=" + text(entry->value);
    self.core->applied(slot);
  }
  if (!values.empty()) tell(id, "applies" + values);
  return self.core->applied() > before;
}

// --- What is told.

const std::vector<Value>& World::applied(ReplicaId id) const { return replica(id).applied; }

std::string World::summary(ReplicaId id) const {
  if (!up(id)) return "is down";
  const Core& self = core(id);
  std::string role = "follows";
  if (self.candidate() != nullptr) role = "campaigns";
  if (self.leader() != nullptr) role = "leads, chosen " + text(self.leader()->chosen());
  return role + ", promised " + text(self.promised()) + ", announced " + text(self.announced()) +
         ", applied " + text(self.applied()) + ", log end " + text(self.log_end());
}

void World::tell_role(ReplicaId id) {
  Replica& self = replica(id);
  const Leader* leader = self.core->leader();
  const Ballot leading = leader == nullptr ? Ballot{} : leader->ballot();
  if (leading == self.told_leading) return;
  self.told_leading = leading;
  tell_lazily(id, [&] {
    if (leader == nullptr) return std::string("no longer leads");
    return "leads with " + text(leading) + ", first slot " + text(leader->first()) +
           ", own no-op " + text(leader->noop());
  });
}

void World::tell(ReplicaId id, const std::string& what) const {
  if (sink_) sink_(std::to_string(id.value) + " " + what);
}

}  // namespace decree::paxos::test
