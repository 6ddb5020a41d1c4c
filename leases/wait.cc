#include "leases/wait.h"

#include <algorithm>
#include <cstdint>

namespace decree::leases {

namespace {

Time later(Time now, Duration span) { return span < kNever - now ? now + span : kNever; }

}  // namespace

Wait::Wait(const Settings& settings, const Voters& voters) : settings_(settings), voters_(voters) {
  begin();
}

void Wait::begin() {
  remainder_ = PerReplica<Duration>();
  until_ = PerReplica<Time>(kNever);
}

void Wait::promise(ReplicaId from, std::uint64_t remainder_ns, Time receipt) {
  if (!voters_.contains(from)) return;
  constexpr std::uint64_t kLongest = INT64_MAX;
  remainder_[from] = {static_cast<std::int64_t>(std::min(remainder_ns, kLongest))};
  remainder_[from] = own_wait(remainder_[from], settings_);
  until_[from] = later(receipt, remainder_[from]);
}

void Wait::clock_fault(Time now) {
  for (const ReplicaId id : voters_) {
    if (until_[id] != kNever) until_[id] = later(now, remainder_[id]);
  }
}

Time Wait::until() const { return quorum_th_smallest(voters_, until_); }

bool Wait::over(Time now) const {
  const Time end = until();
  return end != kNever && end <= now;
}

}  // namespace decree::leases
