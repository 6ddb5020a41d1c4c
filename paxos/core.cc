#include "paxos/core.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "paxos/assert.h"
#include "paxos/limits.h"

namespace decree::paxos {

Core::Core(ReplicaId self, Voters voters, std::uint64_t memory_bytes)
    : self_(self),
      voters_(std::move(voters)),
      memory_bytes_(memory_bytes),
      journal_(out_),
      learner_(self, log_, journal_, out_),
      acceptor_(log_, journal_, out_, learner_) {
  DECREE_ASSERT(voters_.contains(self), "a replica of fixed voters is one of them");
}

void Core::recovered(Incarnation incarnation, Lsn last) {
  incarnation_ = incarnation;
  journal_.recovered(last);
}

void Core::recover_damage(const Damage& damage) {
  recover_promise(damage.lost.ballot);
  // A reservation that is lost was one above a promise.
  used_round_ = std::max(used_round_, damage.lost.ballot.round + 1);
  learner_.lost(damage.known_chosen);
  acceptor_.hold_promises(true);
  lost_ = damage.lost;
  repairing_ = true;
}

void Core::learn_own(const Chosen& chosen) {
  if (!chosen.values.empty() && learner_.learn(chosen, fetch_limit())) return;
  learner_.own_log_lacks();
}

void Core::repaired() {
  DECREE_ASSERT(wants_acceptances(), "what is known chosen comes first");
  repairing_ = false;
  acceptor_.lose(lost_);
  acceptor_.hold_promises(false);
}

void Core::recover_chosen(const Chosen& chosen) {
  // They were recorded because they continued the known prefix, whether or not that was recorded.
  // If it is not here, the watermark that was recorded with them is not covered either.
  if (learner_.recovered(chosen.first.previous())) learner_.learn(chosen, fetch_limit());
}

void Core::step(ReplicaId from, const Message& message, const Payload& frame,
                const LeaseEcho& echo) {
  if (!voters_.contains(from)) return;
  std::visit(
      [&](const auto& body) {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<Body, Accept>) {
          handle(from, body, frame, echo);
        } else if constexpr (std::is_same_v<Body, Chosen>) {
          handle(body, frame);
        } else if constexpr (requires { handle(from, body); }) {
          handle(from, body);
        }
      },
      message);
}

void Core::campaign(const Ballot& ballot, const Ballot& hand_over) {
  DECREE_ASSERT(ballot > promised(), "a leader's ballot is above all it ever promised");
  DECREE_ASSERT(!repairing_, "who cannot say what it accepted asks nobody");
  DECREE_ASSERT(ballot.replica == self_ && ballot.incarnation == incarnation_,
                "a replica campaigns with ballots of its own");
  const Lsn lsn = acceptor_.promise(ballot);
  role_.emplace<Candidate>(ballot, hand_over, lsn);
  reminders_in_vain_ = 0;
}

void Core::step_down() {
  // What was never sent cannot be chosen; it must not be reported as accepted either.
  // What it adopted stays: it stands for acceptances that are durable here under older ballots.
  if (const Leader* leading = leader()) {
    log_.truncate(leading->exposed());
  }
  role_.emplace<Follower>();
}

void Core::durable(Lsn lsn) {
  journal_.durable(lsn);
  if (auto* leading = std::get_if<Leader>(&role_)) leading->own_durable(journal_);
}

void Core::peer_connected(ReplicaId id) {
  connected_.insert(id);
  learner_.reconnected(id);
  acceptor_.reconnected(id);
  if (auto* leading = std::get_if<Leader>(&role_)) leading->connected(id, true);
  const Candidate* asking = candidate();
  if (asking != nullptr && asking->prepared() && !asking->promised_by().contains(id)) {
    ask(*asking, id);
  }
}

void Core::peer_disconnected(ReplicaId id) {
  connected_.erase(id);
  if (auto* leading = std::get_if<Leader>(&role_)) leading->connected(id, false);
}

void Core::open_announcements() {
  if (auto* leading = std::get_if<Leader>(&role_)) leading->open();
}

bool Core::asks_in_vain() const {
  constexpr std::size_t kRemindersInVain = 4;  // for each voter
  return leader() != nullptr && reminders_in_vain_ >= kRemindersInVain * voters_.size();
}

void Core::remind() {
  const ReplicaId alternative = voters_.ids()[reminders_++ % voters_.size()];
  const bool moves =
      learner_.forget_fetch(connected_.contains(alternative) ? alternative : ReplicaId{});
  const bool in_vain = leader() != nullptr && announced() < fetch_limit() && !moves;
  reminders_in_vain_ = in_vain ? reminders_in_vain_ + 1 : 0;
  const Candidate* asking = candidate();
  if (asking == nullptr || !asking->prepared()) return;
  for (ReplicaId id : voters_.ids()) {
    if (connected_.contains(id) && !asking->promised_by().contains(id)) ask(*asking, id);
  }
}

Slot Core::propose(const Value& value) {
  auto* leading = std::get_if<Leader>(&role_);
  DECREE_ASSERT(leading != nullptr, "only a leader proposes");
  return leading->propose(value);
}

// --- Phase 1.

void Core::handle(ReplicaId from, const Prepare& prepare) {
  if (!check_ballot(from, prepare.ballot)) return;
  yield_to(prepare.ballot);
  acceptor_.promise_to(from, prepare);
}

void Core::handle(ReplicaId from, const Promise& promise) {
  auto* asking = std::get_if<Candidate>(&role_);
  if (asking == nullptr || promise.ballot != asking->ballot()) return;
  if (asking->promise(from, promise)) ask(*asking, from);
  learner_.behind(from, promise.known_chosen);
  try_to_lead();
}

void Core::ask(const Candidate& asking, ReplicaId acceptor) {
  out_.messages.push_back({ReplicaSet::of(acceptor), asking.prepare_for(acceptor)});
}

/// No restart may use the ballot again: its promise is durable, or its reservation is.
bool Core::may_prepare(const Candidate& asking) const {
  const bool reserved = asking.ballot() <= reserved_ && journal_.is_durable(reserved_at_);
  return reserved || has_promised_itself();
}

void Core::send_prepare(Candidate& asking) {
  DECREE_ASSERT(may_prepare(asking), "a ballot is on disk before its prepare is sent");
  asking.prepare_sent(self_, announced(), log_, acceptor_.lost());
  out_.messages.push_back({peers(), Prepare{asking.ballot(), announced(), {}, asking.hand_over()}});
}

void Core::try_to_lead() {
  auto* asking = std::get_if<Candidate>(&role_);
  if (asking == nullptr || !asking->prepared()) return;
  if (!voters_.is_quorum(asking->promised_by())) return;
  asking->knows(announced());
  // Nobody else can tell what is lost: without this it would be waited for in vain.
  const Slot doubtful = asking->first_doubtful(voters_);
  if (doubtful != Slot{} && asking->promised_by().size() < voters_.size()) return;
  gave_up_ = doubtful;
  // Far behind: the window could not hold what lies between. Leads once it has fetched enough.
  if (asking->watermark().value > log_.base().value + kMaxOpenSlots) return;
  const Candidate elected = std::move(*asking);
  Leader& leading = role_.emplace<Leader>(elected, self_, voters_, log_);
  for (ReplicaId id : voters_.ids()) {
    if (connected_.contains(id)) leading.connected(id, true);
  }
}

// --- Phase 2.

void Core::handle(ReplicaId from, const Accept& accept, const Payload& frame,
                  const LeaseEcho& echo) {
  if (!check_ballot(from, accept.ballot)) return;
  yield_to(accept.ballot);
  acceptor_.accept(accept, frame, echo);
  learner_.announced(accept.ballot, accept.announced);
}

void Core::handle(ReplicaId from, const Accepted& accepted) {
  auto* leading = std::get_if<Leader>(&role_);
  if (leading == nullptr || accepted.ballot != leading->ballot()) return;
  leading->accepted(from, accepted);
}

void Core::handle(ReplicaId from, const Refused& refused) {
  static_cast<void>(from);
  highest_seen_ = std::max(highest_seen_, refused.promised);
  auto* leading = std::get_if<Leader>(&role_);
  const bool is_ours = leading != nullptr && refused.refused == leading->ballot();
  if (is_ours && refused.promised > refused.refused) {
    leading->refused(refused.promised);
  }
}

void Core::handle(ReplicaId from, const Watermark& watermark) {
  if (!check_ballot(from, watermark.ballot)) return;
  yield_to(watermark.ballot);
  learner_.announced(watermark.ballot, watermark.announced);
}

// --- Catching up.

void Core::handle(ReplicaId from, const Fetch& fetch) { learner_.serve(from, fetch); }

void Core::handle(const Chosen& chosen, const Payload& frame) {
  if (!learner_.learn(chosen, fetch_limit())) return;
  const Slot last{chosen.first.value + chosen.values.size() - 1};
  journal_.append(Record{RecordKind::chosen, {}, chosen.first, last, {}}, frame);
  learner_.recording(journal_.covering());
  try_to_lead();
}

// --- Signs of life. Their time is the business of leases/.

void Core::handle(ReplicaId from, const Heartbeat& heartbeat) {
  if (!check_ballot(from, heartbeat.ballot)) return;
  yield_to(heartbeat.ballot);
  learner_.announced(heartbeat.ballot, heartbeat.announced);
}

void Core::handle(ReplicaId from, const HeartbeatAnswer& answer) {
  auto* leading = std::get_if<Leader>(&role_);
  if (leading == nullptr || answer.ballot != leading->ballot()) return;
  leading->received(from, answer.round, answer.received);
}

Slot Core::heartbeat_to(ReplicaId peer, std::uint64_t round) {
  auto* leading = std::get_if<Leader>(&role_);
  return leading == nullptr ? Slot{} : leading->heartbeat_to(peer, round);
}

// --- Applying.

const LogEntry* Core::next_to_apply() const {
  return next_slot_to_apply() <= may_apply() ? log_.find(next_slot_to_apply()) : nullptr;
}

Slot Core::fetch_limit() const {
  const Leader* leading = leader();
  return leading == nullptr ? Slot{UINT64_MAX} : leading->first().previous();
}

Slot Core::may_apply() const {
  const Leader* leading = leader();
  const bool prefix_known = leading != nullptr && announced() >= leading->first().previous();
  return prefix_known ? std::max(announced(), leading->may_apply()) : announced();
}

void Core::applied(Slot slot) {
  DECREE_ASSERT(slot <= may_apply(), "only what may be announced is applied");
  if (leader() != nullptr) learner_.applied_by_leader(slot);
  learner_.applied(slot);
  trim();
}

void Core::install(Slot slot) {
  learner_.installed(slot);
  log_.trim(slot);
}

void Core::installed(Slot slot) {
  DECREE_ASSERT(lacks(slot), "a snapshot goes forward, and not over a leader's own slots");
  install(slot);
  try_to_lead();
}

void Core::trim() {
  // Slots that a peer may still need from memory: the newest ones, within a budget. What was just
  // applied pays for two, so that it does not pay for many, and for more if it is large: else large
  // values behind many small ones would pile up.
  constexpr std::size_t kSteps = 2;
  constexpr std::size_t kBytesForAnother = 256;
  std::size_t steps = kSteps;
  for (std::size_t done = 0; log_.base() < applied(); ++done) {
    const std::uint64_t held = applied().value - log_.base().value;
    if (held <= kMemorySlots && log_.bytes() <= memory_bytes_) return;
    if (done == kSteps) steps += log_.find(applied())->value.bytes.size() / kBytesForAnother;
    if (done == steps) return;
    log_.trim(log_.base().next());
  }
}

void Core::tell_watermark() {
  auto* leading = std::get_if<Leader>(&role_);
  if (leading == nullptr || !leading->idle()) return;
  const ReplicaSet to = leading->tell(announced());
  if (!to.empty()) out_.messages.push_back({to, Watermark{leading->ballot(), announced()}});
}

// --- The rest.

void Core::take_output(Output& output) {
  acceptor_.acknowledge();
  if (auto* asking = std::get_if<Candidate>(&role_)) {
    if (!asking->prepared() && may_prepare(*asking)) send_prepare(*asking);
    const bool counts = asking->prepared() && !asking->promised_by().contains(self_);
    if (counts && has_promised_itself()) {
      asking->promised_itself(self_);
      try_to_lead();
    }
  }
  if (auto* leading = std::get_if<Leader>(&role_)) {
    leading->flush(announced(), journal_, out_);
  }
  learner_.fetch(fetch_limit());
  // In an append that is made anyway.
  if (journal_.turn_has_records()) {
    learner_.record_watermark();
    reserve_ballot();
  }
  journal_.close_turn();
  out_.seal();
  output.clear();
  if (!out_.empty()) out_.swap(output);
}

Ballot Core::next_ballot(const Ballot& above) const {
  const std::uint64_t round =
      std::max({promised().round, highest_seen_.round, above.round, used_round_});
  const Ballot& written = acceptor_.written();
  const bool is_own = written.replica == self_ && written.incarnation == incarnation_;
  if (is_own && written.round > round) return written;
  return {round + 1, self_, incarnation_};
}

/// One above what is promised, long before it is needed, so that its prepare need not wait for a
/// write. What an earlier start may have used is not reserved again: whatever damage takes of the
/// log, a reservation is never more than one above a promise.
void Core::reserve_ballot() {
  const std::uint64_t round = promised().round + 1;
  if (round <= reserved_.round || round <= used_round_) return;
  reserved_ = {round, self_, incarnation_};
  journal_.append(Record{RecordKind::reserve, reserved_, {}, {}, {}});
  reserved_at_ = journal_.covering();
}

Ballot Core::reserved() const {
  return {std::max(reserved_.round, used_round_), self_, incarnation_};
}

bool Core::awaits_answers() const {
  return (candidate() != nullptr && candidate()->prepared()) ||
         std::min(learner_.goal(), fetch_limit()) > announced();
}

Lsn Core::record(const Record& record) {
  journal_.append(record);
  return journal_.covering();
}

bool Core::check_ballot(ReplicaId from, const Ballot& ballot) {
  if (ballot.replica != from) return false;  // nobody speaks for another's ballot
  if (ballot >= promised()) return true;
  out_.messages.push_back({ReplicaSet::of(from), Refused{ballot, promised()}});
  return false;
}

void Core::yield_to(const Ballot& ballot) {
  const Candidate* asking = candidate();
  const Leader* leading = leader();
  const bool superseded = (asking != nullptr && asking->ballot() < ballot) ||
                          (leading != nullptr && leading->ballot() < ballot);
  if (superseded) step_down();
}

ReplicaSet Core::peers() const {
  ReplicaSet set;
  for (ReplicaId id : voters_.ids()) {
    if (id != self_ && connected_.contains(id)) set.insert(id);
  }
  return set;
}

void Core::check_invariants() const {
  acceptor_.check_invariants();
  DECREE_ASSERT(applied() <= announced(), "only what is announced is applied");
  DECREE_ASSERT(announced() <= log_.end(), "what is announced is held");
  for (Slot slot = announced().next(); slot <= log_.end(); slot = slot.next()) {
    const LogEntry* entry = log_.find(slot);
    if (entry == nullptr) continue;
    DECREE_ASSERT(entry->ballot <= promised(), "no acceptance is above the promise");
  }
  if (const Leader* leading = leader()) {
    DECREE_ASSERT(leading->ballot() == promised(), "a leader leads with what it promised");
    DECREE_ASSERT(leading->chosen() <= leading->sent(), "only what was sent is chosen");
    DECREE_ASSERT(leading->sent() <= leading->end(), "only what was proposed is sent");
    DECREE_ASSERT(leading->end() == log_.end(), "a leader's log ends with its last proposal");
  }
}

}  // namespace decree::paxos
