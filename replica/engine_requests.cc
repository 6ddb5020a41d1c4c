// Proposals and reads: where they go, and what they are told.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "paxos/assert.h"
#include "replica/engine.h"
#include "replica/lease_decree.h"

namespace decree::replica {

namespace {

/// Proposals that wait for an answer; their bytes are bounded by Options::max_pending_bytes.
constexpr std::size_t kMaxPending = 1u << 17;
constexpr std::size_t kMaxReads = 1u << 17;
/// How often a full log is looked at again while its snapshot is written.
constexpr leases::Duration kPaceTick = leases::Duration::millis(1);

}  // namespace

void Engine::propose(Requester requester, Value value) {
  more_work_ = true;
  if (shut_) return answer_now(std::move(requester), Errc::closed);
  if (failed_) return answer_now(std::move(requester), Errc::not_leader);
  if (value.bytes.size() > options_.max_command_bytes) {
    return answer_now(std::move(requester), Errc::too_large);
  }
  if (value.kind == ValueKind::lease_settings && !acceptable(value)) {
    return answer_now(std::move(requester), Errc::invalid_settings);
  }
  const bool full = proposals_.count() >= kMaxPending ||
                    proposals_.bytes() + value.bytes.size() > options_.max_pending_bytes;
  if (full) return answer_now(std::move(requester), Errc::busy);
  const leases::Time deadline = clock_.now() + patience(requester);
  proposals_.queue({std::move(requester), std::move(value), deadline});
}

/// Here, and again at the leader if it comes by another replica: it is the leader's heartbeat that
/// renews the lease.
bool Engine::acceptable(const Value& settings) const {
  const std::optional<LeaseDecree> decree = LeaseDecree::decode(settings.bytes.view);
  return decree && decree->settings.check(options_.heartbeat_us).empty();
}

void Engine::check_invariants() const {
  core_.check_invariants();
  proposals_.check_invariants();
  DECREE_ASSERT(proposals_.count() <= kMaxPending, "the number of proposals is bounded");
  DECREE_ASSERT(proposals_.bytes() <= options_.max_pending_bytes, "their bytes are bounded");
  DECREE_ASSERT(reads_.count() <= kMaxReads, "the number of reads is bounded");
}

void Engine::answer_now(Requester requester, Errc error) {
  answers_.add(std::move(requester), error, {});
}

void Engine::place_or_forward(leases::Time now) {
  if (failed_) return;
  while (proposals_.has_queued()) {
    if (leading_) {
      if ((hand_over_ && hand_over_->draining) || !log_admits(now)) return;
      place_front();
      continue;
    }
    if (std::holds_alternative<RemoteRequest>(proposals_.front().requester)) {
      proposals_.fail_front(Errc::not_leader);
      continue;
    }
    const ReplicaId leader = leader_to_ask(now);
    if (!leader) return;
    forward_front(leader);
  }
}

bool Engine::log_admits(leases::Time now) {
  if (log_->room_bytes() == 0) return false;
  if (pace_.admits(log_->bytes_written())) return true;
  retry_at_ = now + kPaceTick;
  return false;
}

void Engine::place_front() {
  const Slot slot = core_.propose(proposals_.front().value);
  const Proposal& front = proposals_.front();
  stages_.placed(slot, front.deadline - patience(front.requester));
  proposals_.place_front(slot);
}

void Engine::forward_front(ReplicaId leader) {
  const Value value = proposals_.front().value;
  send(leader, Forward{proposals_.forward_front(leader), value});
}

ReplicaId Engine::leader_to_ask(leases::Time now) {
  const ReplicaId leader = omega_->leader().replica;
  if (!leader || leader == options_.id || !network_->connected(leader)) return {};
  if (now >= forward_after_) return leader;
  retry_at_ = forward_after_;
  return {};
}

void Engine::take_forward(ReplicaId from, const Forward& forward) {
  // A network that delivers twice must not make a command happen twice (rule 10).
  if (forward.request <= forwarded_.at(from.value)) return;
  forwarded_.at(from.value) = forward.request;
  propose(RemoteRequest{from, forward.request}, forward.value);
}

void Engine::take_forward_answer(ReplicaId from, const ForwardAnswer& forward, leases::Time now) {
  proposals_.forward_answered(from, forward);
  // Whoever is no leader will not be one at once: let it or another become one first.
  if (static_cast<Errc>(forward.error) == Errc::not_leader) {
    forward_after_ = now + settings_.heartbeat;
  }
}

void Engine::take_read_point(ReplicaId from, const ReadPoint& question) {
  if (leading_ && reads_.count() < kMaxReads) {
    reads_.add(RemoteRead{from, question.request});
    return;
  }
  send(from, ReadPointAnswer{question.request, static_cast<std::uint32_t>(Errc::not_leader), {}});
}

void Engine::read(std::function<void()> body, Consistency consistency,
                  detail::ReadCompletion done) {
  more_work_ = true;
  if (shut_) return answers_.add(std::move(done), Errc::closed);
  if (consistency == Consistency::local || (may_serve_reads() && lease_.valid(clock_))) {
    body();
    return answers_.add(std::move(done), {});
  }
  if (failed_) return answers_.add(std::move(done), Errc::not_leader);
  if (reads_.count() >= kMaxReads) return answers_.add(std::move(done), Errc::busy);
  reads_.add(LocalRead{std::move(body), std::move(done), clock_.now() + patience()});
}

bool Engine::may_serve_reads() const { return started_.has_value() && core_.leader() != nullptr; }

void Engine::serve_reads(leases::Time now) {
  const auto reply = [this](ReplicaId to, const Message& message) { send(to, message); };
  if (may_serve_reads()) {
    if (lease_.valid(clock_)) {
      reads_.serve_all(core_.applied(), reply);
      return;
    }
    if (reads_.wants_round()) beat(now);
    reads_.serve_round(omega_->quorum_round(), core_.applied(), reply);
    return;
  }
  if (leading_ || !reads_.wants_point()) return;
  if (const ReplicaId leader = leader_to_ask(now)) send(leader, ReadPoint{reads_.ask()});
}

Status Engine::status() const {
  Status status;
  status.id = options_.id;
  status.incarnation = identity_.incarnation;
  status.start = identity_.start;
  status.ballot = omega_->leader();
  status.leader = status.ballot.replica;
  if (core_.candidate() != nullptr) status.role = Role::candidate;
  if (core_.leader() != nullptr) status.role = Role::leader;
  status.promised = core_.promised();
  status.accepted = core_.log_end();
  status.announced = core_.announced();
  status.applied = core_.applied();
  status.applied_digest = applier_.digest();
  status.holds_lease = holds_lease();
  const leases::Duration left = lease_.expiry() - clock_.now();
  if (status.holds_lease) status.lease_left_us = std::max<std::int64_t>(left.ns / 1000, 0);
  status.lease_settings = lease_settings_;
  status.clock_faults = clock_faults_;
  status.leader_changes = leader_changes_;
  status.leader_change = leader_change_;
  status.proposals_pending = proposals_.count();
  status.reads_pending = reads_.count();
  const wal::LogStatus log = log_->status();
  status.log_segments = log.segments;
  status.log_bytes = log.bytes;
  status.log_bytes_written = log.bytes_written;
  status.log_dropped = log_->dropped();
  status.snapshot = log.snapshot;
  status.snapshot_bytes = log.snapshot_bytes;
  status.log_disk = log.disk;
  status.log_damages = damage_found_.size();
  status.log_bytes_scrubbed = scrubbed_bytes_;
  if (scrub_ended_) status.log_scrub_age_s = (clock_.now() - *scrub_ended_).ns / 1'000'000'000;
  status.repairing = core_.repairing();
  status.damaged = to_repair_.has_value();
  status.storage_error = storage_error_;
  status.impairment = describe(impairment_);
  for (ReplicaId id : voters_.ids()) {
    if (id != options_.id) status.peers.push_back(peer_status(id));
  }
  return status;
}

PeerStatus Engine::peer_status(ReplicaId id) const {
  const leases::Time now = clock_.now();
  PeerStatus peer;
  peer.id = id;
  peer.connected = network_ != nullptr && network_->connected(id);
  if (core_.leader() != nullptr) peer.accepted = core_.leader()->accepted_by(id);
  peer.grant_left_us = std::max<std::int64_t>((lease_.granted_by(id) - now).ns / 1000, 0);
  if (const auto watch = omega_->watch(id, now)) {
    peer.silent_us = watch->silent.ns / 1000;
    peer.suspect_at_us = watch->suspects.ns / 1000;
  }
  return peer;
}

}  // namespace decree::replica
