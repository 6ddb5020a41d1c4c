#include "replica/proposals.h"

#include <algorithm>
#include <utility>

#include "paxos/assert.h"

namespace decree::replica {

void Proposals::queue(Proposal proposal) {
  bytes_ += proposal.value.bytes.size();
  proposal.order = ++last_order_;
  queued_.push_back(std::move(proposal));
}

Proposal Proposals::take_front() { return queued_.pop_front(); }

void Proposals::requeue(Proposal proposal) {
  queued_.push_back(std::move(proposal));
  for (std::size_t i = queued_.size() - 1; i > 0; --i) {
    if (queued_[i - 1].order < queued_[i].order) break;
    std::swap(queued_[i - 1], queued_[i]);
  }
}

void Proposals::place_front(Slot slot) {
  DECREE_ASSERT(placed_.empty() || placed_.back().slot < slot, "slots are given out in order");
  placed_.push_back({slot, take_front()});
}

std::uint64_t Proposals::forward_front(ReplicaId leader) {
  forwarded_.emplace(++last_request_, Forwarded{leader, take_front()});
  return last_request_;
}

void Proposals::applied(Slot slot, const Value& value, const Token& token, Applied applied) {
  if (placed_.empty() || placed_.front().slot != slot) return;
  Proposal proposal = placed_.pop_front().proposal;
  // Another value in its slot means that this one can never be chosen.
  if (proposal.value.bytes.view.data() != value.bytes.view.data()) {
    requeue(std::move(proposal));
    return;
  }
  applied.reply.token = token;
  answer(std::move(proposal), applied.error, std::move(applied.reply));
}

void Proposals::leadership_lost(Slot exposed) {
  for (std::size_t left = placed_.size(); left > 0; --left) {
    Placed placed = placed_.pop_front();
    if (placed.slot > exposed) {
      requeue(std::move(placed.proposal));
    } else {
      answer(std::move(placed.proposal), Errc::outcome_unknown);
    }
  }
}

void Proposals::forward_answered(ReplicaId from, const ForwardAnswer& forward) {
  const auto found = forwarded_.find(forward.request);
  if (found == forwarded_.end() || found->second.leader != from) return;
  Proposal proposal = std::move(found->second.proposal);
  forwarded_.erase(found);
  const auto errc = static_cast<Errc>(forward.error);
  if (errc == Errc::not_leader) {
    requeue(std::move(proposal));
    return;
  }
  Reply reply;
  reply.assign(forward.reply);
  reply.token = forward.token;
  const boost::system::error_code error =
      forward.error == 0 ? boost::system::error_code{} : make_error_code(errc);
  answer(std::move(proposal), error, std::move(reply));
}

void Proposals::expire(leases::Time now, Errc queued) {
  while (!queued_.empty() && queued_.front().deadline <= now) fail_front(queued);
  while (!forwarded_.empty() && forwarded_.begin()->second.proposal.deadline <= now) {
    answer(std::move(forwarded_.begin()->second.proposal), Errc::outcome_unknown);
    forwarded_.erase(forwarded_.begin());
  }
}

leases::Time Proposals::next_deadline() const {
  leases::Time deadline = leases::kNever;
  if (!queued_.empty()) deadline = std::min(deadline, queued_.front().deadline);
  if (!forwarded_.empty()) {
    deadline = std::min(deadline, forwarded_.begin()->second.proposal.deadline);
  }
  return deadline;
}

void Proposals::fail_all(Errc error, Errc unsent) {
  while (!queued_.empty()) answer(take_front(), unsent);
  while (!placed_.empty()) answer(placed_.pop_front().proposal, error);
  for (auto& each : std::exchange(forwarded_, {})) answer(std::move(each.second.proposal), error);
}

void Proposals::answer(Proposal proposal, boost::system::error_code error, Reply reply) {
  bytes_ -= proposal.value.bytes.size();
  answers_.add(std::move(proposal.requester), error, std::move(reply));
}

void Proposals::check_invariants() const {
  std::uint64_t held = 0;
  for (std::size_t i = 0; i < queued_.size(); ++i) held += queued_[i].value.bytes.size();
  for (const auto& [request, forwarded] : forwarded_) held += forwarded.proposal.value.bytes.size();
  Slot before;
  for (std::size_t i = 0; i < placed_.size(); ++i) {
    const Placed& placed = placed_[i];
    DECREE_ASSERT(placed.slot > before, "slots are given out in order");
    before = placed.slot;
    held += placed.proposal.value.bytes.size();
  }
  DECREE_ASSERT(held == bytes_, "what is held is counted");
}

}  // namespace decree::replica
