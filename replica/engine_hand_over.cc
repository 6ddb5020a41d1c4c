// Whether this replica is fit to lead, and how it gives leading to another that is.
#include <fmt/format.h>

#include <algorithm>

#include "decree/error.h"
#include "replica/engine.h"

namespace decree::replica {

namespace {

/// An idle leader commits a no-op so often, so that a disk that stands still is known before
/// somebody needs it: its own or a follower's.
constexpr leases::Duration kProbePeriod = leases::Duration::millis(10'000);

/// In the span of one heartbeat.
constexpr int kBeatsToHearWhoIsReady = 16;

}  // namespace

void Engine::judge_health(leases::Time now) {
  if (failed_ || shut_) return;
  if (hand_over_) return go_on_handing_over(now);
  if (now < judge_health_at_ && !leaving_) return;
  judge_health_at_ = now + settings_.heartbeat;
  using leases::Impairment;
  health_->log(appends_.empty() ? std::nullopt : std::optional(appends_.front().log), now);
  health_->log_full(static_cast<bool>(log_->shortage()));
  const Impairment impairment = health_->impairment(now);
  if (impairment != impairment_) {
    const bool fit = impairment == Impairment::none;
    notice_(fit ? "fit to lead again" : fmt::format("not fit to lead: {}", describe(impairment)));
    impairment_ = impairment;
    omega_->impaired(!fit);
    unfit_round_ = omega_->newest_round();
  }
  if (!started_ || core_.leader() == nullptr) return;
  // Whoever was elected while it recovers is the best there is.
  const bool impaired = impairment != Impairment::none && impairment != Impairment::recovering;
  if ((impaired || leaving_) && now >= hand_over_after_) {
    if (const ReplicaId successor = fit_successor(now)) begin_hand_over(successor, now);
  } else if (appends_.empty() && now >= appended_at_ + kProbePeriod && log_->room_bytes() > 0) {
    core_.propose(Value{ValueKind::noop, {}, {}, {}});
    appended_at_ = now;
    more_work_ = true;
  }
}

/// The first in the order of succession that has all that is chosen. What is wrong here may be
/// wrong everywhere, so it must have said that it is fit since; that its disk works it proves
/// before leading goes to it, by having what was placed meanwhile.
ReplicaId Engine::fit_successor(leases::Time now) const {
  const paxos::Leader& leader = *core_.leader();
  const std::uint64_t after = impairment_ == leases::Impairment::none ? 0 : unfit_round_;
  for (const ReplicaId id : omega_->successors()) {
    if (omega_->is_fit(id, now, after) && leader.accepted_by(id) >= leader.chosen()) return id;
  }
  return {};
}

boost::system::error_code Engine::hand_over(ReplicaId to) {
  if (!started_ || core_.leader() == nullptr) return Errc::not_leader;
  const leases::Time now = clock_.now();
  if (!to) to = fit_successor(now);
  if (!omega_->is_fit(to, now)) return Errc::busy;
  begin_hand_over(to, now);
  return {};
}

void Engine::report_health(bool healthy) {
  health_->program(healthy);
  judge_health_at_ = {};
  more_work_ = true;
}

void Engine::leave() {
  leaving_ = true;
  more_work_ = true;
}

bool Engine::has_left() const {
  const ReplicaId leader = omega_->leader().replica;
  if (!leading_ && leader && leader != options_.id) return true;
  return std::ranges::none_of(
      voters_.ids(), [this](ReplicaId id) { return id != options_.id && network_->connected(id); });
}

/// The successor's ballot is two rounds on: one on it may have used before it was restarted.
void Engine::begin_hand_over(ReplicaId successor, leases::Time now) {
  const Ballot next{leading_.round + 2, successor, peers_.incarnation(successor)};
  const leases::Time drain_at = now + settings_.heartbeat * 3;
  const bool impaired = impairment_ != leases::Impairment::none;
  hand_over_ =
      HandOver{successor, next, drain_at, drain_at + settings_.suspicion_cap, impaired, now};
  core_.write_ahead(next);
  more_work_ = true;
}

/// Promises for the successor are written while commits go on, by a quorum of which it is one. It
/// does without where that takes long.
bool Engine::may_drain(leases::Time now) {
  paxos::ReplicaSet& ready = hand_over_->ready;
  if (standing_.promised >= hand_over_->next) ready.insert(options_.id);
  const bool is_ready = voters_.is_quorum(ready) && ready.contains(hand_over_->successor);
  if (is_ready || now >= hand_over_->drain_at) return true;
  if (now >= hand_over_->beat_at) {
    hand_over_->beat_at = now + leases::Duration{settings_.heartbeat.ns / kBeatsToHearWhoIsReady};
    beat(now);
    network_->flush();
  }
  return false;
}

/// First promises are written ahead, then nothing is placed any more. When all that was placed is
/// answered, and the successor has it, no request is left whose outcome the change of leaders could
/// hide.
void Engine::go_on_handing_over(leases::Time now) {
  const paxos::Leader* leader = core_.leader();
  if (leader == nullptr) return hand_over_.reset();
  hand_over_->draining = hand_over_->draining || may_drain(now);
  if (!hand_over_->draining) return;
  const bool drained = leader->idle() && core_.applied() >= leader->end() &&
                       leader->accepted_by(hand_over_->successor) >= leader->end();
  if (drained && network_->connected(hand_over_->successor)) {
    notice_(fmt::format("hands leading over to replica {}", hand_over_->successor.value));
    if (hand_over_->impaired) health_->handed_over(now);
    release_to(hand_over_->successor);
    hand_over_.reset();
  } else if (now >= hand_over_->until) {
    hand_over_.reset();
    hand_over_after_ = now + settings_.stall;
    more_work_ = true;
  }
}

void Engine::release_leadership() {
  if (!leading_) return;
  // After a failed start of phase 1 there is nobody whose acceptances are known.
  ReplicaId successor;
  if (const paxos::Leader* leader = core_.leader()) {
    for (const ReplicaId id : omega_->successors()) {
      const bool close = id && leader->accepted_by(id) >= leader->chosen();
      if (close && network_->connected(id) && !successor) successor = id;
    }
  }
  release_to(successor);
}

/// Voids the lease first: from then on nobody reads under it.
void Engine::release_to(ReplicaId successor) {
  const Ballot ballot = leading_;
  lease_.release();
  grantor_->release(ballot);
  const Release release{ballot, successor};
  for (ReplicaId id : voters_.ids()) {
    if (id != options_.id) send(id, release);
  }
  network_->flush();
  const leases::Time now = clock_.now();
  omega_->release(options_.id, release, now);
  act_on_omega(now);
}

}  // namespace decree::replica
