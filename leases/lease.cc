#include "leases/lease.h"

#include <algorithm>

#include "paxos/assert.h"

namespace decree::leases {

Lease::Lease(const Settings& settings, const Voters& voters)
    : settings_(settings), voters_(voters) {}

void Lease::begin(const Ballot& ballot, StartNumber start) {
  DECREE_ASSERT(ballot > ballot_ || ballot == released_, "a leader's ballots grow");
  void_lease();
  ballot_ = ballot;
  start_ = start;
  stage_ = ballot <= released_ ? Stage::none : Stage::waiting;
}

void Lease::open() {
  if (stage_ == Stage::waiting) stage_ = Stage::open;
}

void Lease::end() {
  void_lease();
  stage_ = Stage::none;
}

void Lease::release() {
  end();
  released_ = std::max(released_, ballot_);
}

void Lease::void_lease() {
  expiry_.store(0, std::memory_order_release);
  void_ = sent_;
  until_ = PerReplica<Time>();
}

void Lease::decided(Duration lease, std::uint32_t rho_ppm) {
  void_lease();
  settings_.lease = lease;
  settings_.rho_ppm = rho_ppm;
}

LeaseAsk Lease::ask(Time now) {
  LeaseAsk ask;
  ask.duration_ns = static_cast<std::uint64_t>(settings_.lease.ns);
  ask.rho_ppm = settings_.rho_ppm;
  ask.start = start_;
  if (stage_ != Stage::open || settings_.lease.ns <= 0 || now.ns <= 0) return ask;
  ask.stamp.value = static_cast<std::uint64_t>(now.ns);
  sent_ = std::max(sent_, ask.stamp.value);
  return ask;
}

void Lease::answer(ReplicaId from, const Ballot& ballot, const LeaseEcho& echo) {
  if (stage_ != Stage::open || ballot != ballot_ || !voters_.contains(from)) return;
  if (echo.granted_ns == 0) return;
  if (echo.stamp.value <= void_ || echo.stamp.value > sent_) return;
  const auto longest = static_cast<std::uint64_t>(settings_.lease.ns);
  const Duration granted{static_cast<std::int64_t>(std::min(echo.granted_ns, longest))};
  const Time sent{static_cast<std::int64_t>(echo.stamp.value)};
  until_[from] = std::max(until_[from], sent + lease_span(granted, settings_.rho_ppm));
  publish();
}

void Lease::publish() {
  const std::int64_t until = quorum_th_largest(voters_, until_).ns;
  if (until > expiry_.load(std::memory_order_relaxed)) {
    expiry_.store(until, std::memory_order_release);
  }
}

bool Lease::valid(const Clock& clock) const {
  const Time until = expiry();
  return until != Time{} && clock.now() < until;
}

Time Lease::expiry() const { return {expiry_.load(std::memory_order_acquire)}; }

}  // namespace decree::leases
