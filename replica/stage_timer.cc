#include "replica/stage_timer.h"

namespace decree::replica {

namespace {

std::uint64_t between(leases::Time from, leases::Time to) {
  return to > from ? static_cast<std::uint64_t>((to - from).ns) : 0;
}

}  // namespace

void StageTimer::tell(Handler handler) {
  handler_ = std::move(handler);
  forget();
}

void StageTimer::begin(Slot slot, leases::Time proposed) {
  stages_ = CommitStages{};
  stages_.first = slot;
  durable_ = remote_durable_ = false;
  since_ = proposed;
  stage_ = Stage::placed;
}

void StageTimer::begin_to_encode(const Accept& accept) {
  const Slot last{accept.first.value + accept.values.size() - 1};
  if (accept.first > stages_.first || last < stages_.first) return;
  stages_.last = last;
  enter(Stage::encoding, stages_.wait_ns);
}

void StageTimer::take_acceptance(const Accepted& accepted, leases::Time now) {
  if (remote_durable_ || accepted.through < stages_.last) return;
  remote_durable_ = true;
  stages_.remote_ns = between(since_, now);
  stages_.remote_disk_ns = accepted.disk_ns;
}

void StageTimer::take_progress(Slot durable, Slot chosen, leases::Time now) {
  if (!durable_ && durable >= stages_.last) {
    durable_ = true;
    stages_.local_disk_ns = between(since_, now);
  }
  if (chosen >= stages_.last) enter(Stage::chosen, stages_.quorum_ns, now);
}

void StageTimer::enter(Stage stage, std::uint64_t& took_ns, leases::Time now) {
  took_ns = between(since_, now);
  since_ = now;
  stage_ = stage;
}

void StageTimer::end() {
  enter(Stage::none, stages_.answer_ns);
  if (handler_) handler_(stages_);
}

}  // namespace decree::replica
