#include "tests/paxos/oracle.h"

#include <algorithm>

#include "tests/paxos/letter.h"

namespace decree::paxos::test {

namespace {

void require(bool holds, const char* rule) {
  if (!holds) throw Violation(rule);
}

}  // namespace

Oracle::Oracle(const Voters& voters) : voters_(voters), replicas_(kMaxReplicaId + 1) {}

void Oracle::started(ReplicaId id, const Core& core) {
  ReplicaHistory& replica = replicas_[id.value];
  ++replica.life;
  replica.opened = Ballot{};
  check(id, core);
}

void Oracle::delivered(ReplicaId from, const Core& core, const Message& message) {
  const auto* promise = std::get_if<Promise>(&message);
  if (promise == nullptr || core.candidate() == nullptr) return;
  if (core.candidate()->ballot() != promise->ballot) return;
  BallotHistory& ballot = ballots_[promise->ballot];
  ballot.reported = std::max(ballot.reported, promise->known_chosen);
  Slot& covered = ballot.covered.try_emplace(from, ballot.reported).first->second;
  if (promise->after > covered) return;
  if (!promise->accepted.empty()) covered = std::max(covered, promise->accepted.back().slot);
  if (promise->last) ballot.promised_by.insert(from);
}

void Oracle::sent(ReplicaId from, const Core& core, const Message& message) {
  std::visit(
      [&](const auto& body) {
        if constexpr (requires { on_sent(from, core, body); }) on_sent(from, core, body);
      },
      message);
}

void Oracle::on_sent(ReplicaId from, const Core& core, const Prepare& prepare) {
  BallotHistory& ballot = prepared(from, prepare.ballot);
  const auto reported = [&](const auto& each) { return each.second >= prepare.after; };
  if (std::ranges::none_of(ballot.covered, reported)) may_tell(prepare.after);
  ballot.reported = std::max(ballot.reported, core.announced());
}

Oracle::BallotHistory& Oracle::prepared(ReplicaId id, const Ballot& ballot) {
  const ReplicaHistory& replica = replicas_[id.value];
  const bool promised = replica.promised >= ballot;
  require(promised || replica.reserved >= ballot, "a ballot is on disk before its prepare is sent");
  BallotHistory& history = ballots_[ballot];
  if (history.life == 0) history.life = replica.life;
  require(history.life == replica.life, "no ballot is used in two lives of a replica");
  if (promised) history.promised_by.insert(id);
  return history;
}

void Oracle::on_sent(ReplicaId from, const Core& core, const Promise& promise) {
  ReplicaHistory& replica = replicas_[from.value];
  require(replica.promised >= promise.ballot, "a promise is durable before anyone hears of it");
  require(core.promised() == promise.ballot, "only the promise that stands is sent");
  may_tell(promise.known_chosen);
  require(promise.known_chosen <= replica.watermark, "a watermark in a promise survives a crash");
  std::map<Slot, Ballot> report;
  for (const AcceptedValue& each : promise.accepted) {
    report[each.slot] = each.ballot;
    const SlotHistory& slot = slot_history(each.slot);
    const auto proposal = slot.proposals.find(each.ballot);
    if (proposal == slot.proposals.end()) continue;
    require(same(proposal->second.value, each.value), "one value per ballot and slot (reported)");
  }
  require(promise.last || !report.empty(), "a promise ends, or goes on");
  for (const auto& [slot, ballot] : replica.accepted) {
    if (slot <= std::max(promise.known_chosen, promise.after)) continue;
    if (!promise.last && slot > report.rbegin()->first) continue;
    const auto reported = report.find(slot);
    require(reported != report.end() && reported->second >= ballot,
            "a promise reports every durable acceptance above the watermark");
  }
}

void Oracle::on_sent(ReplicaId from, const Core& core, const Accept& accept) {
  BallotHistory& ballot = prepared(from, accept.ballot);
  require(voters_.is_quorum(ballot.promised_by), "a quorum promised before anything is proposed");
  require(accept.first > ballot.reported, "nothing is proposed at or below a reported watermark");
  require(ballot.first == Slot{} || ballot.first == accept.ballot_first, "F never changes");
  require(core.leader() != nullptr, "only a leader proposes");
  ballot.first = accept.ballot_first;
  may_tell(accept.announced);
  Slot slot = accept.first;
  for (const Value& value : accept.values) {
    const auto [proposal, fresh] = slot_history(slot).proposals.try_emplace(accept.ballot);
    if (fresh) proposal->second.value = value;
    require(same(proposal->second.value, value), "one value per ballot and slot");
    slot = slot.next();
  }
}

void Oracle::on_sent(ReplicaId from, const Core& /*core*/, const Accepted& accepted) {
  require(replicas_[from.value].promised >= accepted.ballot,
          "an acceptance raises the promise before anyone hears of it");
  const Slot first = ballots_[accepted.ballot].first;
  for (Slot slot = first; slot <= accepted.through; slot = slot.next()) {
    const SlotHistory& history = slot_history(slot);
    const auto proposal = history.proposals.find(accepted.ballot);
    const bool durable =
        proposal != history.proposals.end() && proposal->second.durable_at.contains(from);
    require(durable || history.chosen.has_value(),
            "what is acknowledged is durable under this ballot, or chosen");
  }
}

void Oracle::on_sent(ReplicaId /*from*/, const Core& /*core*/, const Watermark& watermark) {
  may_tell(watermark.announced);
}

void Oracle::on_sent(ReplicaId /*from*/, const Core& /*core*/, const Heartbeat& heartbeat) {
  may_tell(heartbeat.announced);
}

void Oracle::on_sent(ReplicaId /*from*/, const Core& /*core*/, const Chosen& message) {
  Slot slot = message.first;
  for (const Value& value : message.values) {
    is_chosen(slot, value);
    may_tell(slot);
    slot = slot.next();
  }
}

void Oracle::durable(ReplicaId id, const Record& record, const Message* frame) {
  switch (record.kind) {
    case RecordKind::promise:
      return on_promised(id, record.ballot);
    case RecordKind::accept:
      on_promised(id, record.ballot);
      return on_accepted(id, std::get<Accept>(*frame));
    case RecordKind::reserve:
      require(record.ballot.replica == id, "a replica reserves ballots of its own");
      require(record.ballot > replicas_[id.value].reserved, "no ballot is reserved twice");
      require(record.ballot.round == replicas_[id.value].promised.round + 1,
              "a reservation is one above the promise that is durable with it");
      replicas_[id.value].reserved = record.ballot;
      return;
    case RecordKind::watermark:
      replicas_[id.value].watermark = std::max(replicas_[id.value].watermark, record.last);
      return may_tell(record.last);
    default:
      return;
  }
}

void Oracle::on_promised(ReplicaId id, const Ballot& ballot) {
  require(ballot >= replicas_[id.value].promised, "the promises on a disk never fall");
  replicas_[id.value].promised = ballot;
}

void Oracle::on_accepted(ReplicaId id, const Accept& accept) {
  Slot slot = accept.first;
  for (const Value& value : accept.values) {
    SlotHistory& history = slot_history(slot);
    Proposal& proposal = history.proposals[accept.ballot];
    require(same(proposal.value, value), "what is accepted was proposed");
    proposal.durable_at.insert(id);
    replicas_[id.value].accepted[slot] = accept.ballot;
    if (voters_.is_quorum(proposal.durable_at)) {
      require(!history.chosen || same(*history.chosen, value), "one value per slot is ever chosen");
      history.chosen = value;
    }
    slot = slot.next();
  }
}

void Oracle::opened(ReplicaId id, const Core& core) {
  if (core.leader() != nullptr) replicas_[id.value].opened = core.leader()->ballot();
}

void Oracle::applied(ReplicaId id, const Core& core, Slot slot, const Value& value) {
  is_chosen(slot, value);
  if (slot <= announced_) return;
  const Leader* leader = core.leader();
  require(leader != nullptr, "a leader is the first to apply");
  require(replicas_[id.value].opened == leader->ballot(),
          "nothing is applied before the wait ends");
  const auto& proposals = slot_history(leader->noop()).proposals;
  const auto noop = proposals.find(leader->ballot());
  require(noop != proposals.end() && voters_.is_quorum(noop->second.durable_at),
          "nothing is applied before the leader's own no-op is chosen");
  announced_ = slot;
}

void Oracle::check(ReplicaId id, const Core& core) const {
  core.check_invariants();
  may_tell(core.announced());
  require(core.promised() >= replicas_[id.value].promised, "a promise never falls");
}

void Oracle::may_tell(Slot announced) const {
  require(announced <= announced_, "only what a leader has applied is told to anyone");
}

void Oracle::is_chosen(Slot slot, const Value& value) const {
  const Value* expected = chosen(slot);
  require(expected != nullptr, "only what is chosen is taken as chosen");
  require(same(*expected, value), "what is taken as chosen is the chosen value");
}

const Value* Oracle::chosen(Slot slot) const {
  if (slot.value >= slots_.size() || !slots_[slot.value].chosen) return nullptr;
  return &*slots_[slot.value].chosen;
}

Oracle::SlotHistory& Oracle::slot_history(Slot slot) {
  if (slot.value >= slots_.size()) slots_.resize(slot.value + 16);
  return slots_[slot.value];
}

}  // namespace decree::paxos::test
