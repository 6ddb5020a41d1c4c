#include "leases/grantor.h"

#include <algorithm>

namespace decree::leases {

Grantor::Grantor(const Settings& settings, Duration longest, Time locked)
    : settings_(settings), durable_(longest), forgotten_(locked + own_wait(longest, settings)) {}

std::optional<Duration> Grantor::must_persist() const {
  if (settings_.lease <= durable_) return std::nullopt;
  return settings_.lease;
}

void Grantor::persisted(Duration longest) { durable_ = std::max(durable_, longest); }

void Grantor::decided(Duration lease, std::uint32_t rho_ppm) {
  settings_.lease = lease;
  settings_.rho_ppm = settings_.decided_rho_ppm = rho_ppm;
}

void Grantor::promised(const Ballot& ballot) { floor_ = std::max(floor_, ballot); }

LeaseEcho Grantor::take(const Ballot& ballot, const LeaseAsk& ask, Time now) {
  promised(ballot);
  if (!grants(ballot, ask)) return {ask.stamp, 0};
  record(ballot, ask.start, now);
  return {ask.stamp, static_cast<std::uint64_t>(settings_.lease.ns)};
}

bool Grantor::grants(const Ballot& ballot, const LeaseAsk& ask) const {
  if (ask.stamp == LeaseStamp{} || settings_.lease.ns <= 0) return false;
  if (ballot < floor_ || ballot <= released_) return false;
  if (ask.duration_ns != static_cast<std::uint64_t>(settings_.lease.ns)) return false;
  return ask.rho_ppm == settings_.rho_ppm && settings_.lease <= durable_;
}

void Grantor::record(const Ballot& ballot, StartNumber start, Time now) {
  Time until = now + settings_.lease;
  std::erase_if(grants_, [&](const Grant& grant) {
    if (grant.ballot != ballot) return grant.until <= now;
    until = std::max(until, grant.until);  // T may have been longer
    return true;
  });
  grants_.push_back({ballot, start, until});
}

Duration Grantor::remainder(const Ballot& candidate, StartNumber start, Time now) const {
  Time until = forgotten_;
  for (const Grant& grant : grants_) {
    const bool same_incarnation = grant.ballot.replica == candidate.replica &&
                                  grant.ballot.incarnation == candidate.incarnation;
    if (same_incarnation && grant.start < start) continue;
    until = std::max(until, grant.until);
  }
  return std::max(until - now, Duration{});
}

void Grantor::release(const Ballot& ballot) {
  released_ = std::max(released_, ballot);
  std::erase_if(grants_, [&](const Grant& grant) { return grant.ballot == ballot; });
}

void Grantor::clock_fault(Time now) {
  // Grants that were dropped as expired may be as old as the fault: like after a restart, the
  // longest T stands for all of them.
  grants_.clear();
  forgotten_ = now + own_wait(durable_, settings_);
}

}  // namespace decree::leases
