// A new leader's wait for the leases of older ballots.
#ifndef DECREE_LEASES_WAIT_H_
#define DECREE_LEASES_WAIT_H_

#include "leases/clock.h"
#include "leases/settings.h"
#include "leases/voters.h"

namespace decree::leases {

/// Until it is over, the leader announces nothing, serves no read and asks for no grants; it may
/// prepare and replicate. Pure; one thread. `voters` must outlive it.
class Wait {
 public:
  Wait(const Settings& settings, const Voters& voters);
  /// See Lease::decided().
  void decided(std::uint32_t rho_ppm) { settings_.decided_rho_ppm = rho_ppm; }

  /// A new ballot: forgets every promise.
  void begin();
  /// A promise under the ballot, the own acceptor's included, and the remainder that it reports.
  /// `receipt` is the clock at the promise's arrival. The latest report of a replica counts.
  void promise(ReplicaId from, std::uint64_t remainder_ns, Time receipt);
  /// The clock cannot be trusted about the past: every remainder starts again.
  void clock_fault(Time now);

  /// When it is over: kNever until a quorum has reported.
  [[nodiscard]] Time until() const;
  [[nodiscard]] bool over(Time now) const;

 private:
  Settings settings_;
  const Voters& voters_;
  PerReplica<Duration> remainder_;
  PerReplica<Time> until_;
};

}  // namespace decree::leases

#endif  // DECREE_LEASES_WAIT_H_
