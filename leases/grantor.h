// The acceptor's side of leases: what it has granted, and what it still owes to old grants.
#ifndef DECREE_LEASES_GRANTOR_H_
#define DECREE_LEASES_GRANTOR_H_

#include <algorithm>
#include <optional>
#include <vector>

#include "leases/clock.h"
#include "leases/settings.h"
#include "paxos/message.h"

namespace decree::leases {

/// Remembers until when no other ballot may be seen to choose. Pure; one thread. Grants are
/// volatile: after a restart the longest T ever granted, which is durable, stands for all that is
/// forgotten.
class Grantor {
 public:
  /// `longest` is the longest T that was ever durable in this directory (RecordKind::lease), 0 if
  /// none; `locked` is when the directory's lock was taken: no earlier life has granted after it.
  Grantor(const Settings& settings, Duration longest, Time locked);

  /// The T that must be durable before anything is granted, if any.
  [[nodiscard]] std::optional<Duration> must_persist() const;
  /// `longest` is durable now.
  void persisted(Duration longest);
  /// The longest T that was ever granted, or will be once it is durable.
  [[nodiscard]] Duration longest() const { return std::max(durable_, settings_.lease); }
  /// The group has decided on another T and rho: grants go by them, and what was granted before
  /// stands as it was. Look at must_persist() after it.
  void decided(Duration lease, std::uint32_t rho_ppm);

  /// Call in the step that takes a prepare or an accept, before it is durable, and at start with
  /// the recovered promise: from now on only `ballot` or a higher one is granted anything.
  void promised(const Ballot& ballot);

  /// Call in the step that takes the stamp (accept or heartbeat, the own acceptor's included), with
  /// the turn's clock; send the echo then or later (an accept's when the accept is durable).
  LeaseEcho take(const Ballot& ballot, const LeaseAsk& ask, Time now);

  /// What remains of the longest grant, over all ballots, that bars the candidate: for the promise.
  /// Grants to earlier starts of the very same incarnation are over with them.
  [[nodiscard]] Duration remainder(const Ballot& candidate, StartNumber start, Time now) const;

  /// The ballot's leader has voided its lease for ever: forgets that ballot's grant, no other's,
  /// and grants it nothing more.
  void release(const Ballot& ballot);

  /// The clock cannot be trusted about the past: everything starts again at its full length.
  void clock_fault(Time now);

 private:
  struct Grant {
    Ballot ballot;
    StartNumber start;
    Time until;  // receipt + T
  };

  [[nodiscard]] bool grants(const Ballot& ballot, const LeaseAsk& ask) const;
  void record(const Ballot& ballot, StartNumber start, Time now);

  Settings settings_;
  Duration durable_;           // the longest T that is durable; no grant exceeds it
  Time forgotten_;             // until when a grant that is not remembered may last
  Ballot floor_;               // the highest ballot that was taken: nothing is granted below it
  Ballot released_;            // the highest released ballot: nothing is granted to it or below it
  std::vector<Grant> grants_;  // one a ballot, the expired ones dropped at the next grant
};

}  // namespace decree::leases

#endif  // DECREE_LEASES_GRANTOR_H_
