#include "replica/engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "paxos/assert.h"

namespace decree::replica {

namespace {

std::vector<ReplicaId> ids_of(const std::vector<Member>& members) {
  std::vector<ReplicaId> ids;
  ids.reserve(members.size());
  for (const Member& member : members) ids.push_back(member.id);
  return ids;
}

leases::Duration micros(std::uint64_t us) {
  return leases::Duration::micros(static_cast<std::int64_t>(us));
}

leases::Settings settings_of(const Options& options) {
  leases::Settings settings =
      leases::Settings::paced(micros(options.heartbeat_us), micros(options.suspect_us));
  settings.lease = micros(options.lease_us);
  settings.rho_ppm = settings.own_rho_ppm = options.clock_rate_error_ppm;
  return settings;
}

/// One append of the log: larger ones would delay what comes behind them.
constexpr std::uint64_t kMaxAppendBytes = 4u << 20;
constexpr std::uint64_t kRecordOverheadBytes = 64;

/// Commits that are further apart have nothing to do with each other.
constexpr leases::Duration kBusyAfterAppend = leases::Duration::millis(1);

/// Applied in one turn at most: their callers propose again, and what they propose is on its way
/// while the rest is applied. Nor does catching up silence a leader.
constexpr int kApplyPerTurn = 512;
/// Between two looks at the clock, if so many take less than a heartbeat.
constexpr int kApplyUntimed = 16;

}  // namespace

Engine::Engine(const Options& options, StateMachine& machine, const leases::Clock& clock,
               Notice notice)
    : options_(options),
      clock_(clock),
      settings_(settings_of(options)),
      lease_settings_(options.lease()),
      notice_(std::move(notice)),
      voters_(ids_of(options.members)),
      budget_(LogBudget::of(options.log_bytes)),
      core_(options.id, voters_, budget_.memory_bytes),
      lease_(settings_, voters_),
      wait_(settings_, voters_),
      applier_(machine),
      encoder_({options.cluster, 0, options.id}),
      snapshot_at_segments_(budget_.snapshot_segments) {}

Engine::~Engine() = default;

// --- Start and end.

void Engine::start(transport::Network& network, const ScrubPace& scrub_pace) {
  network_ = &network;
  scrub_pace_ = scrub_pace;
  scrub_at_ = clock_.now() + scrub_pace.least;
  omega_.emplace(settings_, voters_, options_.id, options_.priority, clock_.now());
  health_.emplace(settings_, clock_.now());
  clock_monitor_.emplace(settings_of(options_), clock_);  // the own bound, whatever the group's is
  persist_lease();
  // Requests of one start are all above those of the starts before.
  constexpr int kRequestsOfStartBits = 40;
  proposals_.number_from(identity_.start.value << kRequestsOfStartBits);
  reads_.number_from(identity_.start.value << kRequestsOfStartBits);
  more_work_ = true;
}

void Engine::shut() {
  shut_ = true;
  lease_.end();
  if (started_) tell_leadership(LeadershipEvent::Kind::ended);
  proposals_.fail_all(Errc::outcome_unknown, Errc::closed);
  reads_.fail_all(Errc::closed);
  answer();
}

bool Engine::log_is_quiet() const {
  return log_->failure() || log_->status().durable == log_->status().appended;
}

// --- The turn.

bool Engine::has_work() const {
  if (shut_ || failed_) return log_ready_ || !answers_.empty();
  return more_work_ || log_ready_ || !arrived_.empty() || !answers_.empty();
}

void Engine::turn() {
  more_work_ = false;
  log_ready_ = false;
  const Lsn durable = log_->poll();
  // One reading for the whole turn, after its last input is in and before anything steps.
  const leases::Time now = clock_.now();
  if (!shut_ && !failed_) {
    take_input(durable, now);
    judge_timers(now);
    retry_at_ = leases::kNever;
    place_or_forward(now);
    carry_out(now);
    apply(now);
    announce(now);
    repair();
    keep_snapshots();
    judge_health(now);
  }
  answer();
}

void Engine::take_input(Lsn durable, leases::Time now) {
  if (log_->failure()) return log_failed();
  log_durable(durable, now);
  std::swap(arrived_, stepping_);
  for (const Input& input : stepping_) {
    if (input.kind == Input::Kind::frame) {
      step_frame(input, now);
    } else {
      step_connection(input, now);
    }
    follow_core(now);
  }
  stepping_.clear();
  if (const paxos::Leader* leader = core_.leader()) {
    stages_.progress(leader->accepted_by(options_.id), leader->chosen(), now);
  }
}

void Engine::carry_out(leases::Time now) {
  if (failed_) return;
  core_.take_output(output_);
  follow_core(now);
  send_accepts(now);
  persist(now);
  acknowledge(now);
  serve_fetches();
}

void Engine::send_accepts(leases::Time now) {
  accept_frames_.clear();
  if (output_.accepts.empty()) return;
  const LeaseAsk ask = lease_.ask(now);
  for (paxos::Outgoing& out : output_.accepts) {
    auto& accept = std::get<Accept>(out.message);
    accept.lease = ask;
    stages_.encoding(accept);
    accept_frames_.push_back(encoder_.encode(out.message));
    stages_.encoded();
    for (ReplicaId id : voters_.ids()) {
      if (out.to.contains(id)) network_->send(id, accept_frames_.back());
    }
  }
  if (core_.leader() != nullptr) exposed_ = core_.leader()->exposed();
  network_->flush();
  stages_.sent();
}

void Engine::persist(leases::Time now) {
  if (output_.records.empty()) return;
  const std::uint64_t most = std::min(kMaxAppendBytes, log_->max_record_bytes());
  std::uint64_t bytes = 0;
  Standing standing;
  records_.clear();
  for (const paxos::RecordToAppend& each : output_.records) {
    Record record = each.record;
    if (each.accept != paxos::RecordToAppend::kNone) {
      record.bytes = accept_frames_[each.accept].view;
    }
    const std::uint64_t cost = record.bytes.size() + kRecordOverheadBytes;
    if (!records_.empty() && bytes + cost > most) {
      log_->append(records_);
      records_.clear();
      bytes = 0;
    }
    records_.push_back(record);
    standing.add(record);
    bytes += cost;
  }
  appends_.push_back({output_.lsn, log_->append(records_), standing, now});
  mark_at_ = now + settings_.heartbeat * 4;
  appended_at_ = now;
  busy_until_ = now + kBusyAfterAppend;
  // With nothing else to do, handing it over is left to the wait, which costs a system call anyway.
  if (core_.next_to_apply() != nullptr || has_work()) return log_->flush();
  log_->flush_on_wait();
}

void Engine::acknowledge(leases::Time now) {
  for (paxos::Outgoing& out : output_.messages) {
    if (auto* promise = std::get_if<Promise>(&out.message)) {
      promise->remainder_ns = static_cast<std::uint64_t>(
          grantor_->remainder(promise->ballot, candidate_start_, now).ns);
    } else if (auto* prepare = std::get_if<Prepare>(&out.message)) {
      prepare->start = identity_.start;
    } else if (auto* accepted = std::get_if<Accepted>(&out.message)) {
      accepted->disk_ns = static_cast<std::uint64_t>(disk_time_.ns);
    }
    DECREE_ASSERT(standing_.covers(implied(options_.id, out.message, core_.leader())),
                  "nobody is told more than an introduction states");
    send(out.to, out.message);
  }
}

void Engine::serve_fetches() {
  for (const paxos::FetchFromLog& fetch : output_.fetches) {
    // At or below `dropped` the log may hold what was never chosen, for this replica itself too.
    Chosen chosen;
    if (fetch.first > log_->dropped()) {
      chosen = catch_up_.read(*log_, fetch);
      const std::error_code error = catch_up_.error();
      if (error) found_damage("the log cannot be read: " + error.message());
    }
    if (fetch.to == options_.id) {
      core_.learn_own(chosen);
      more_work_ = true;
      continue;
    }
    if (!chosen.values.empty()) {
      sender_.forget(fetch.to);
      send(fetch.to, chosen);
    } else if (fetch.first <= std::max(log_->dropped(), log_->snapshot())) {
      send_snapshot(fetch.to, sender_.offer(*log_, fetch.to, fetch.first));
    }
  }
}

void Engine::apply(leases::Time now) {
  open_announcements_if_waited(now);
  int done = 0;
  for (; const paxos::LogEntry* entry = core_.next_to_apply(); ++done) {
    if (done == kApplyPerTurn || applying_takes_long(done, now)) {
      more_work_ = true;
      break;
    }
    const Slot slot = core_.next_slot_to_apply();
    Applied applied = applier_.apply(slot, entry->value);
    proposals_.applied(slot, entry->value, Token{leading_, slot}, std::move(applied));
    core_.applied(slot);
  }
  if (done != 0) follow_lease_settings();
  reads_.applied(core_.applied());
  stages_.applied(core_.applied());
}

/// A slow state machine must not silence its leader; a fast one is not timed command by command.
bool Engine::applying_takes_long(int done, leases::Time began) {
  if (!applies_slowly_ && done % kApplyUntimed != 1) return false;
  const leases::Duration taken = clock_.now() - began;
  applies_slowly_ = taken * kApplyUntimed >= settings_.heartbeat * done;
  return taken >= settings_.heartbeat;
}

void Engine::announce(leases::Time now) {
  if (failed_) return;
  const paxos::Leader* leader = core_.leader();
  if (leader != nullptr && waited_ && !started_ && core_.announced() >= leader->noop()) {
    lease_.open();
    started_ = Token{leading_, leader->noop()};
    tell_leadership(LeadershipEvent::Kind::started);
    beat(now);
    if (!applier_.lease_settings()) propose_lease_settings();
  }
  serve_reads(now);
  watch_lease(now);
  // Callers that are answered now are likely to propose again: then an accept carries the
  // watermark.
  answers_.send_remote([this](ReplicaId to, const Message& message) { send(to, message); });
  network_->flush();
  answer();
  stages_.answered();
  if (!has_work()) core_.tell_watermark();
  carry_out(now);
  network_->flush();
}

leases::Time Engine::next_deadline() const {
  if (shut_ || failed_) return leases::kNever;
  leases::Time deadline = std::min(omega_->next_deadline(), next_reminder_);
  deadline =
      std::min({deadline, retry_at_, mark_at_, proposals_.next_deadline(), reads_.next_deadline()});
  if (hand_over_) {
    deadline = std::min(deadline, hand_over_->draining ? hand_over_->until : hand_over_->beat_at);
  }
  if (leading_ && !waited_) deadline = std::min(deadline, wait_.until());
  if (started_ && !in_doubt_ && lease_.expiry().ns != 0) {
    deadline = std::min(deadline, lease_.expiry());
  }
  return deadline;
}

// --- Helpers.

void Engine::send(ReplicaId to, const Message& message) {
  network_->send(to, encoder_.encode(message));
}

void Engine::send(const paxos::ReplicaSet& to, const Message& message) {
  if (to.empty()) return;
  const Payload frame = encoder_.encode(message);
  for (ReplicaId id : voters_.ids()) {
    if (to.contains(id)) network_->send(id, frame);
  }
}

/// A forwarder is told what became of its request before it gives that up.
leases::Duration Engine::patience(const Requester& requester) const {
  const bool remote = std::holds_alternative<RemoteRequest>(requester);
  return remote ? leases::Duration{patience().ns / 2} : patience();
}

leases::Duration Engine::patience() const {
  return std::max(leases::Duration::millis(5000), settings_.suspicion_cap * 10);
}

}  // namespace decree::replica
