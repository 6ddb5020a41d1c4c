// Leading, following, and what Omega and the leases have to do with it.
#include <fmt/format.h>

#include <algorithm>

#include "paxos/assert.h"
#include "replica/engine.h"

namespace decree::replica {

void Engine::judge_timers(leases::Time now) {
  if (failed_) return;
  omega_->log_end(core_.log_end());
  if (core_.repairing() || learns_only_) omega_->not_ready(now);
  omega_->tick(now);
  act_on_omega(now);
  if (omega_->leader() != followed_) {
    if (omega_->leader()) found_leader(now);
    followed_ = omega_->leader();
    // Who handed over is there still and answers, were it that it leads no more.
    proposals_.drop_forwarded(
        [&](ReplicaId leader) { return leader == followed_.replica || released_[leader]; });
    released_[followed_.replica] = false;
    reads_.ask_again();
    forward_after_ = now;
  }
  if (!core_.awaits_answers()) {
    next_reminder_ = leases::kNever;
  } else if (next_reminder_ == leases::kNever) {
    next_reminder_ = now + settings_.heartbeat * 4;
  } else if (now >= next_reminder_) {
    core_.remind();
    receiver_.remind();
    next_reminder_ = now + settings_.heartbeat * 4;
  }
  if (now >= mark_at_) {
    mark_at_ = leases::kNever;
    // A log that falls idle says what is chosen, to whoever reads it without the replica. That is
    // an append, behind which the log falls idle again.
    if (!core_.record_watermark()) log_->idle();
  }
  if (now >= scrub_at_) scrub(now);
  const Errc held_back = log_->shortage() ? Errc::no_space : Errc::busy;
  proposals_.expire(now, leading_ ? held_back : Errc::not_leader);
  reads_.expire(now);
}

/// One line for each election that somebody won.
void Engine::found_leader(leases::Time now) {
  const Ballot leader = omega_->leader();
  const bool known = led_before_ && omega_->doubt() != leases::Doubt::started;
  const std::string cause =
      known ? fmt::format("replica {} {}", led_before_.replica.value, describe(omega_->doubt()))
            : "this replica has started";
  leader_change_ =
      fmt::format("replica {} leads with ballot {}, {} ms after {}", leader.replica.value,
                  leader.round, (now - omega_->doubted_at()).ns / 1'000'000, cause);
  led_before_ = leader;
  ++leader_changes_;
  notice_(leader_change_);
}

void Engine::act_on_omega(leases::Time now) {
  const leases::OmegaActions actions = omega_->take_actions();
  DECREE_ASSERT(!actions.resign || !actions.heartbeat, "who resigns is no leader any more");
  if (actions.resign && (core_.leader() != nullptr || core_.candidate() != nullptr)) {
    core_.step_down();
    follow_core(now);
  }
  for (const leases::OmegaActions::Answer& each : actions.answers) {
    CanvassAnswer answer = each.answer;
    answer.promised = core_.promised();
    send(each.to, answer);
  }
  if (actions.canvass) {
    for (ReplicaId id : voters_.ids()) {
      if (id != options_.id) send(id, *actions.canvass);
    }
  }
  if (actions.campaign && !core_.repairing())
    campaign(actions.campaign->above, actions.campaign->hand_over, now);
  if (actions.heartbeat) {
    health_->beat(omega_->heartbeat_due(), now);
    campaign_again_if_stuck(now);
    beat(now);
  }
}

void Engine::campaign(const Ballot& above, const Ballot& hand_over, leases::Time now) {
  watch_clock(now);
  const Ballot ballot = core_.next_ballot(above);
  core_.campaign(ballot, hand_over);
  grantor_->promised(ballot);
  omega_->promised(ballot, now);
  wait_.begin();
  waited_ = false;
  count_own_promise(now);  // it may have been written ahead
}

/// A replica that refuses this ballot is not fed; what a leader lacks nobody may be able to send.
void Engine::campaign_again_if_stuck(leases::Time now) {
  const paxos::Leader* leader = core_.leader();
  if (leader == nullptr) return;
  const bool leaves_behind = leader->refused_by() > leader->ballot();
  const bool lacks_values = core_.asks_in_vain() && !receiver_.active();
  if (!leaves_behind && !lacks_values) return;
  // Only if a quorum still follows: a whole round was answered since it was noticed.
  if (stuck_round_ == 0) {
    stuck_round_ = omega_->quorum_round() + 1;
  } else if (omega_->quorum_round() > stuck_round_) {
    if (lacks_values) {
      notice_(
          fmt::format("slot {} was chosen and nobody sends it: the group is asked again what "
                      "it accepted there",
                      core_.announced().value + 1));
    }
    campaigning_again_ = true;
    exposed_ = Slot{UINT64_MAX};  // phase 1 may find any of it
    campaign({}, {}, now);
    follow_core(now);
  }
}

/// Compares the core's role with what it was, after anything that may have changed it.
void Engine::follow_core(leases::Time now) {
  const paxos::Leader* leader = core_.leader();
  if (leader != nullptr) {
    if (leader->ballot() != leading_) became_leader(leader->ballot(), now);
    return;
  }
  const bool goes_on = campaigning_again_ && core_.candidate() != nullptr;
  if ((leading_ || campaigning_again_) && !goes_on) ceased_to_lead(now);
  leading_ = Ballot{};
}

void Engine::became_leader(const Ballot& ballot, leases::Time now) {
  leading_ = ballot;
  campaigning_again_ = false;
  waited_ = false;
  // It led with a lower ballot until now: the program's next token is another one.
  if (started_) tell_leadership(LeadershipEvent::Kind::ended);
  started_.reset();
  had_lease_ = false;
  in_doubt_ = false;
  stuck_round_ = 0;
  exposed_ = core_.leader()->exposed();
  omega_->became_leader(ballot, now);
  lease_.begin(ballot, identity_.start);
  proposals_.drop_forwarded([this](ReplicaId leader) { return released_[leader]; });
  reads_.ask_again();
  more_work_ = true;
  if (core_.gave_up() != Slot{}) {
    notice_(
        fmt::format("elected although no quorum can tell what was accepted in slot {} and perhaps "
                    "in others behind it: too many replicas have damaged logs. The best value "
                    "that is left was taken; acknowledged commands may be lost",
                    core_.gave_up().value));
  }
}

void Engine::ceased_to_lead(leases::Time now) {
  campaigning_again_ = false;
  leading_ = Ballot{};
  lease_.end();
  hand_over_.reset();
  stages_.forget();
  omega_->stepped_down(now);
  if (started_) tell_leadership(LeadershipEvent::Kind::ended);
  started_.reset();
  proposals_.leadership_lost(exposed_);
  reads_.leadership_lost([this](ReplicaId to, const Message& message) { send(to, message); });
  more_work_ = true;
}

void Engine::open_announcements_if_waited(leases::Time now) {
  if (!leading_ || waited_ || !wait_.over(now)) return;
  waited_ = true;
  core_.open_announcements();
}

void Engine::beat(leases::Time now) {
  const std::uint64_t round = omega_->open_round(now);
  const paxos::Leader* leader = core_.leader();
  if (leader == nullptr) return;  // it prepares again, above a replica that was left behind
  watch_clock(now);
  const LeaseAsk ask = lease_.ask(now);
  lease_.answer(options_.id, leading_, grant(leading_, ask, now));
  for (ReplicaId id : voters_.ids()) {
    if (id == options_.id || !network_->connected(id)) continue;
    const Slot sent = core_.heartbeat_to(id, round);
    Heartbeat heartbeat{leading_, round, leader->first(), sent, {}, ask, {}, {}};
    // To a peer that is behind, no more is announced than it has been sent.
    heartbeat.announced = std::min(core_.announced(), sent);
    heartbeat.succession = omega_->successors();
    if (hand_over_) heartbeat.next = hand_over_->next;
    send(id, heartbeat);
  }
  reads_.round_sent(round);
}

void Engine::on_leadership(std::function<void(const LeadershipEvent&)> handler) {
  on_leadership_ = std::move(handler);
  if (!started_) return;
  tell_leadership(LeadershipEvent::Kind::started);
  if (in_doubt_) tell_leadership(LeadershipEvent::Kind::in_doubt);
}

void Engine::tell_leadership(LeadershipEvent::Kind kind) {
  if (on_leadership_) on_leadership_({kind, *started_});
}

}  // namespace decree::replica
