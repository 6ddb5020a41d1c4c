// What a damaged log may have held.
#ifndef DECREE_PAXOS_DAMAGE_H_
#define DECREE_PAXOS_DAMAGE_H_

#include "decree/types.h"

namespace decree::paxos {

/// Acceptances of ballots through `ballot` in slots through `through` may be lost. A report of such
/// a slot says as much as a whole one only beside an acceptance of that ballot or a higher one:
/// whatever was lost, it was not above it.
struct Lost {
  Ballot ballot;  // none: nothing is lost
  Slot through;
};

/// Found at start. Every slot through `known_chosen` is chosen, but values of some are lost.
struct Damage {
  Slot known_chosen;
  Lost lost;
};

}  // namespace decree::paxos

#endif  // DECREE_PAXOS_DAMAGE_H_
