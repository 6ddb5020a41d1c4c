// What a replica makes of silence: every timer of Omega, judged after all input of a turn.
#include <algorithm>
#include <cstddef>
#include <utility>

#include "leases/omega.h"

namespace decree::leases {

void Omega::tick(Time now) {
  judge_waits(now);
  judge_leadership(now);
  judge_leader(now);
  judge_candidacy(now);
  judge_rank(now);
  judge_canvass(now);
  answer_questions(now);
}

/// What was decided earlier in a turn holds only if the role has not changed again since: a
/// campaign may be given up, or replaced by a hand-over, and then be won by a promise behind that.
OmegaActions Omega::take_actions() {
  if (!std::holds_alternative<Campaigning>(role_)) actions_.campaign.reset();
  if (std::holds_alternative<Leading>(role_)) actions_.resign = false;
  return std::exchange(actions_, {});
}

void Omega::judge_waits(Time now) {
  if (hold_ && hold_->until <= now) hold_.reset();
  listened_ = listened_ || listening_until_ <= now;
}

/// A leader that hears no quorum falls silent: that is how the others learn of it.
void Omega::judge_leadership(Time now) {
  const auto* leading = std::get_if<Leading>(&role_);
  if (leading == nullptr) return;
  if (quorum_deadline(*leading) <= now) return abdicate(now, Doubt::no_quorum);
  if (leading->next_heartbeat <= now) actions_.heartbeat = true;
}

Time Omega::quorum_deadline(const Leading& leading) const {
  if (voters_.quorum() == 1) return kNever;
  // Nobody owes an answer: a leader that stood still and did not ask has met no silence.
  if (leading.quorate == leading.round) return kNever;
  return std::max(leading.grace, leading.quorum.deadline());
}

void Omega::judge_leader(Time now) {
  if (std::holds_alternative<Following>(role_) && suspicion_.deadline() <= now) {
    suspect(now, Doubt::silent);
  }
}

void Omega::judge_candidacy(Time now) {
  const auto* campaign = std::get_if<Campaigning>(&role_);
  if (campaign != nullptr && campaign->until <= now) give_up(now);
}

void Omega::judge_rank(Time now) {
  const auto* suspecting = std::get_if<Suspecting>(&role_);
  if (suspecting != nullptr && rank_due(*suspecting) <= now) start_canvass(now);
}

Time Omega::rank_due(const Suspecting& suspecting) const {
  Time from = std::max(suspecting.since, listening_until_);
  if (held_by_other(self_)) from = std::max(from, hold_->until);
  const auto rank = static_cast<std::int64_t>(ranking_.rank(following_.replica));
  return from + backed_off(settings_.rank_step) * rank;
}

void Omega::start_canvass(Time now) {
  Canvassing canvassing{now + patience(), {}, {}};
  canvassing.willing[self_] = true;
  role_ = canvassing;
  actions_.canvass =
      Canvass{++canvass_round_, following_, ranking_.own_log_end(), ranking_.own_priority()};
}

void Omega::judge_canvass(Time now) {
  const auto* canvassing = std::get_if<Canvassing>(&role_);
  if (canvassing == nullptr) return;
  if (quorum_th_largest(voters_, canvassing->willing)) {
    start_campaign({canvassing->above, {}}, now);
  } else if (canvassing->until <= now) {
    ++failures_;
    wait_rank(now);
  }
}

void Omega::start_campaign(const Campaign& campaign, Time now) {
  role_ = Campaigning{now + patience(), {}};
  actions_.campaign = campaign;
}

/// Whoever becomes willing while a canvass is still open says so then: replicas do not begin to
/// suspect at the same moment, and the first to do so would otherwise wait a whole timeout in vain.
void Omega::answer_questions(Time now) {
  for (Question& question : questions_) {
    const bool yes = willing(question.from);
    if (!question.answered || yes) {
      actions_.answers.push_back({question.from, {question.round, yes, {}}});
    }
    question.answered = true;
    if (yes) question.until = now;
  }
  std::erase_if(questions_, [&](const Question& question) { return question.until <= now; });
}

Time Omega::heartbeat_due() const { return std::get<Leading>(role_).next_heartbeat; }

std::uint64_t Omega::open_round(Time now) {
  auto& leading = std::get<Leading>(role_);
  // How regular the quorum is cannot be learned from when this replica stood still.
  const bool stood = now - leading.next_heartbeat > settings_.heartbeat;
  if (stood && leading.quorate == leading.round) leading.quorum.restart(now);
  leading.next_heartbeat = now + settings_.heartbeat;
  leading.answered[self_] = ++leading.round;
  judge_quorum(now);
  return leading.round;
}

std::uint64_t Omega::quorum_round() const {
  const auto* leading = std::get_if<Leading>(&role_);
  return leading == nullptr ? 0 : leading->quorate;
}

std::uint64_t Omega::newest_round() const {
  const auto* leading = std::get_if<Leading>(&role_);
  return leading == nullptr ? 0 : leading->round;
}

bool Omega::is_fit(ReplicaId peer, Time now, std::uint64_t after) const {
  const auto* leading = std::get_if<Leading>(&role_);
  if (leading == nullptr || !voters_.contains(peer)) return false;
  if (!connected_[peer] || ranking_.impaired(peer)) return false;
  return leading->answered[peer] > after &&
         now - leading->answered_at[peer] <= settings_.heartbeat * 2;
}

void Omega::judge_quorum(Time now) {
  auto& leading = std::get<Leading>(role_);
  const std::uint64_t newest = quorum_th_largest(voters_, leading.answered);
  if (newest <= leading.quorate) return;
  leading.quorate = newest;
  leading.quorum.heard(now);
}

Time Omega::next_deadline() const {
  Time next = role_deadline();
  if (!listened_) next = std::min(next, listening_until_);
  if (hold_) next = std::min(next, hold_->until);
  return next;
}

Time Omega::role_deadline() const {
  if (const auto* leading = std::get_if<Leading>(&role_)) {
    return std::min(leading->next_heartbeat, quorum_deadline(*leading));
  }
  if (const auto* campaign = std::get_if<Campaigning>(&role_)) return campaign->until;
  if (const auto* canvassing = std::get_if<Canvassing>(&role_)) return canvassing->until;
  if (const auto* suspecting = std::get_if<Suspecting>(&role_)) return rank_due(*suspecting);
  return suspicion_.deadline();
}

}  // namespace decree::leases
