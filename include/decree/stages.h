// Where the time of a commit goes.
#ifndef DECREE_STAGES_H_
#define DECREE_STAGES_H_

#include <cstdint>

#include "decree/types.h"

namespace decree {

/// One batch of commands on its way through the leader: those that arrived while the batches before
/// it were under way, and travelled together. Nanoseconds, by the leader's clock but for
/// remote_disk_ns. In the order in which they happen.
struct CommitStages {
  Slot first;
  Slot last;
  std::uint64_t wait_ns = 0;    // from async_propose of the first until they are encoded
  std::uint64_t encode_ns = 0;  // one frame of all of them
  std::uint64_t send_ns = 0;    // handing it to the kernel for every peer
  // From here on until a quorum had it, all at the same time.
  std::uint64_t local_disk_ns = 0;  // until it was durable here; 0: it was not yet when answered
  std::uint64_t remote_ns = 0;      // until the first peer answered that it is durable there
  // What that peer's write took of this, or of what was sent to others before; by the peer's clock.
  std::uint64_t remote_disk_ns = 0;
  std::uint64_t quorum_ns = 0;  // until a quorum had it
  // From there on one after the other again.
  std::uint64_t apply_ns = 0;   // until all were applied; the next batch is sent before
  std::uint64_t answer_ns = 0;  // answering followers, and the callers' handlers
};

}  // namespace decree

#endif  // DECREE_STAGES_H_
