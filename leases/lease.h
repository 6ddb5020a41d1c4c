// The leader's side of leases: until when no one else may be seen to have chosen.
#ifndef DECREE_LEASES_LEASE_H_
#define DECREE_LEASES_LEASE_H_

#include <atomic>
#include <cstdint>

#include "leases/clock.h"
#include "leases/settings.h"
#include "leases/voters.h"
#include "paxos/message.h"

namespace decree::leases {

/// The lease of this replica, over its ballots. One thread calls everything but valid() and
/// expiry(), which any thread may call. `voters` must outlive it.
class Lease {
 public:
  Lease(const Settings& settings, const Voters& voters);

  /// Leads with `ballot`, but may not yet be seen to have chosen: asks for no grants.
  void begin(const Ballot& ballot, StartNumber start);
  /// The ballot's no-op is applied and the wait for older leases is over: asks from now on.
  void open();
  /// Leads no more.
  void end();
  /// Before a planned hand-over's release is sent: ends the lease, and the ballot never holds one
  /// again.
  void release();
  /// The clock is in doubt, or anything else: ends the lease until stamps that are yet to be sent
  /// are answered.
  void void_lease();
  /// The group has decided on another T and rho: what was granted under the others counts no more.
  void decided(Duration lease, std::uint32_t rho_ppm);

  /// For an accept or heartbeat that is sent now, to whomever.
  LeaseAsk ask(Time now);
  /// An acceptor's answer under `ballot`, the own acceptor's included.
  void answer(ReplicaId from, const Ballot& ballot, const LeaseEcho& echo);

  /// True if the lease holds, hence held during the whole call: loads the expiry, *then* reads the
  /// clock. Read the state after it.
  [[nodiscard]] bool valid(const Clock& clock) const;
  /// Until when that voter's newest grant counts; 0: it has given none.
  [[nodiscard]] Time granted_by(ReplicaId voter) const { return until_[voter]; }
  /// The lease holds while the clock is below it; 0: no lease.
  [[nodiscard]] Time expiry() const;

 private:
  enum class Stage : std::uint8_t { none, waiting, open };

  void publish();

  Settings settings_;
  const Voters& voters_;
  Stage stage_ = Stage::none;
  Ballot ballot_;
  StartNumber start_;
  Ballot released_;         // the highest ballot that may hold no lease any more
  std::uint64_t sent_ = 0;  // the newest stamp
  std::uint64_t void_ = 0;  // stamps up to this one count no more
  PerReplica<Time> until_;  // by voter: its newest answered stamp plus what that is worth
  std::atomic<std::int64_t> expiry_{0};
};

}  // namespace decree::leases

#endif  // DECREE_LEASES_LEASE_H_
