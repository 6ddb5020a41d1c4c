// What a replica makes of what it hears. What it makes of silence is in omega_timers.cc.
#include "leases/omega.h"

#include <algorithm>
#include <utility>

namespace decree::leases {

Omega::Omega(const Settings& settings, const Voters& voters, ReplicaId self, std::uint32_t priority,
             Time started)
    : settings_(settings),
      voters_(voters),
      self_(self),
      ranking_(voters, self, priority),
      role_(Suspecting{started}),
      doubted_at_(started),
      suspicion_(settings, started),
      listening_until_(voters.size() > 1 ? started + settings.suspicion_cap : started) {}

void Omega::heartbeat(ReplicaId from, const Heartbeat& heartbeat, Time now) {
  if (!is_sign_of_life(from, heartbeat.ballot)) return;
  follow(heartbeat.ballot, now);
  suspicion_.heard(now);
  failures_ = 0;
  ranking_.adopt(heartbeat.succession);
}

void Omega::sign_of_life(ReplicaId from, const Ballot& ballot, Time now) {
  if (!is_sign_of_life(from, ballot)) return;
  follow(ballot, now);
  suspicion_.alive(now);
}

bool Omega::is_sign_of_life(ReplicaId from, const Ballot& ballot) const {
  return from != self_ && from == ballot.replica && voters_.contains(from) &&
         ballot >= following_ && ballot > released_;
}

void Omega::follow(const Ballot& ballot, Time now) {
  if (ballot > following_) {
    doubts(now, Doubt::deposed);
    change_leader(ballot, now);
    ranking_.adopt({});
  }
  // A quorum has agreed to a campaign above this ballot: it goes on, or is given up in time.
  const auto* campaign = std::get_if<Campaigning>(&role_);
  if (campaign != nullptr && campaign->ballot > ballot) return;
  if (std::holds_alternative<Leading>(role_) || campaign != nullptr) actions_.resign = true;
  role_ = Following{};
}

void Omega::change_leader(const Ballot& ballot, Time now) {
  // A leader that was replaced, but not seen to die, may have been slow only.
  if (connected_[following_.replica] && following_ > released_) suspicion_.heard(now);
  suspicion_.restart(now);
  following_ = ballot;
}

void Omega::heartbeat_answer(ReplicaId from, const HeartbeatAnswer& answer, Time now) {
  auto* leading = std::get_if<Leading>(&role_);
  if (leading == nullptr || from == self_ || !voters_.contains(from)) return;
  if (answer.ballot != following_ || answer.round > leading->round) return;
  ranking_.learned(from, answer.priority, answer.received);
  ranking_.learned_impaired(from, answer.impaired);
  leading->answered[from] = std::max(leading->answered[from], answer.round);
  leading->answered_at[from] = now;
  judge_quorum(now);
}

void Omega::canvass(ReplicaId from, const Canvass& canvass, Time now) {
  if (from == self_ || !voters_.contains(from)) return;
  ranking_.learned(from, canvass.priority, canvass.log_end);
  std::erase_if(questions_, [&](const Question& question) { return question.from == from; });
  questions_.push_back({from, canvass.round, now + settings_.suspicion_cap});
}

void Omega::canvass_answer(ReplicaId from, const CanvassAnswer& answer) {
  auto* canvassing = std::get_if<Canvassing>(&role_);
  if (canvassing == nullptr || !voters_.contains(from)) return;
  if (answer.round != canvass_round_ || !answer.willing) return;
  canvassing->willing[from] = true;
  canvassing->above = std::max(canvassing->above, answer.promised);
}

void Omega::refused(ReplicaId from, const Refused& refused, Time now) {
  auto* campaign = std::get_if<Campaigning>(&role_);
  if (campaign == nullptr || refused.refused != campaign->ballot) return;
  campaign->open[from] = false;
  if (!quorum_th_largest(voters_, campaign->open)) give_up(now);
}

void Omega::release(ReplicaId from, const Release& release, Time now) {
  if (from != release.ballot.replica || release.ballot < following_) return;
  if (release.ballot <= released_) return;
  following_ = released_ = release.ballot;
  doubts(now, Doubt::released);
  if (release.successor == self_) return start_campaign({{}, release.ballot}, now);
  if (release.successor) hold(release.successor, now);
  stepped_down(now, Doubt::released);
  wait_rank(now);
}

void Omega::connected(ReplicaId peer, Time now) {
  connected_[peer] = true;
  const bool doubting =
      std::holds_alternative<Suspecting>(role_) || std::holds_alternative<Canvassing>(role_);
  if (doubting && !hold_ && peer == following_.replica && leader_is_timely(now)) {
    role_ = Following{};
  }
}

void Omega::disconnected(ReplicaId peer, Time now) {
  connected_[peer] = false;
  if (hold_ && hold_->candidate == peer) hold_.reset();
  if (std::holds_alternative<Following>(role_) && peer == following_.replica) {
    suspect(now, Doubt::disconnected);
  }
}

bool Omega::leader_is_timely(Time now) const {
  return following_ > released_ && following_.replica != self_ && now < suspicion_.deadline();
}

void Omega::not_ready(Time now) {
  listening_until_ = std::max(listening_until_, now + settings_.suspicion_cap);
  listened_ = false;
}

bool Omega::may_promise(ReplicaId from, const Prepare& prepare) const {
  if (from == self_) return true;
  if (from != prepare.ballot.replica || !voters_.contains(from)) return false;
  const bool successor =
      prepare.hand_over && prepare.hand_over >= following_ && prepare.hand_over < prepare.ballot;
  return successor || is_known_leader(from, prepare.ballot) || yields_to(prepare.ballot) ||
         willing(from);
}

/// A leader whom a replica left behind at a higher promise refuses prepares above it: turning that
/// down would leave the replica behind for ever.
bool Omega::is_known_leader(ReplicaId from, const Ballot& ballot) const {
  return following_ > released_ && following_.replica == from &&
         following_.incarnation == ballot.incarnation &&
         (std::holds_alternative<Following>(role_) || !held_by_other(from));
}

/// Of two candidates that each keep their own acceptor to themselves, one must give way: the lower.
bool Omega::yields_to(const Ballot& ballot) const {
  const auto* campaign = std::get_if<Campaigning>(&role_);
  return campaign != nullptr && campaign->ballot && ballot > campaign->ballot;
}

bool Omega::willing(ReplicaId candidate) const {
  const bool suspicious =
      std::holds_alternative<Suspecting>(role_) || std::holds_alternative<Canvassing>(role_);
  return suspicious && listened_ && !held_by_other(candidate);
}

bool Omega::held_by_other(ReplicaId candidate) const {
  return hold_.has_value() && hold_->candidate != candidate;
}

void Omega::hold(ReplicaId candidate, Time now) {
  hold_ = Hold{candidate, now + suspicion_.timeout()};
}

void Omega::promised(const Ballot& ballot, Time now) {
  hold(ballot.replica, now);
  if (ballot.replica == self_) {
    if (auto* campaign = std::get_if<Campaigning>(&role_)) campaign->ballot = ballot;
    return;
  }
  if (std::holds_alternative<Leading>(role_)) return abdicate(now, Doubt::deposed);
  if (std::holds_alternative<Campaigning>(role_)) give_up(now);
  const bool leader_prepares_again =
      std::holds_alternative<Following>(role_) && ballot.replica == following_.replica;
  if (!leader_prepares_again) suspect(now, Doubt::deposed);
}

void Omega::campaign_progress(Time now) {
  if (auto* campaign = std::get_if<Campaigning>(&role_)) {
    campaign->until = now + patience();
  }
}

void Omega::became_leader(const Ballot& ballot, Time now) {
  change_leader(ballot, now);
  failures_ = 0;
  hold_.reset();
  role_ = Leading{now, now + settings_.suspicion_cap, 0, 0, {}, {}, Suspicion(settings_, now)};
}

void Omega::stepped_down(Time now, Doubt doubt) {
  if (std::holds_alternative<Leading>(role_)) abdicate(now, doubt);
  if (std::holds_alternative<Campaigning>(role_)) give_up(now);
}

void Omega::suspect(Time now, Doubt doubt) {
  doubts(now, doubt);
  wait_rank(now);
}

/// The first reason counts: what follows is a search for a successor.
void Omega::doubts(Time now, Doubt doubt) {
  if (suspects()) return;
  doubt_ = doubt;
  doubted_at_ = now;
}

/// A campaign came to nothing; the leader that it was against may have come back meanwhile.
void Omega::give_up(Time now) {
  actions_.resign = true;
  ++failures_;
  wait_rank(now);
  if (leader_is_timely(now)) role_ = Following{};
}

void Omega::abdicate(Time now, Doubt doubt) {
  actions_.resign = true;
  ranking_.adopt(successors());  // of which this replica is none: it ranks last
  suspect(now, doubt);
}

/// Messages may take longer than a leader's silence may last, and longer than a rank: each failure
/// doubles the time they get.
Duration Omega::backed_off(Duration span) const {
  for (std::uint32_t i = 0; i < failures_ && span < settings_.suspicion_cap; ++i) span = span * 2;
  return std::min(span, settings_.suspicion_cap);
}

Ballot Omega::leader() const {
  const bool known =
      std::holds_alternative<Following>(role_) || std::holds_alternative<Leading>(role_);
  return known ? following_ : Ballot{};
}

bool Omega::suspects() const { return leader() == Ballot{}; }

std::optional<Watch> Omega::watch(ReplicaId peer, Time now) const {
  if (const auto* leading = std::get_if<Leading>(&role_)) {
    if (leading->answered[peer] == 0) return {};
    return Watch{now - leading->answered_at[peer], leading->quorum.timeout()};
  }
  if (!std::holds_alternative<Following>(role_) || peer != following_.replica) return {};
  return Watch{now - suspicion_.alive_at(), suspicion_.timeout()};
}

const char* describe(Doubt doubt) {
  switch (doubt) {
    case Doubt::started:
      return "was not known yet";
    case Doubt::silent:
      return "was silent";
    case Doubt::disconnected:
      return "closed its connection";
    case Doubt::released:
      return "handed over";
    case Doubt::deposed:
      return "was deposed by another candidate";
    case Doubt::no_quorum:
      return "heard no quorum";
  }
  return "";
}

}  // namespace decree::leases
