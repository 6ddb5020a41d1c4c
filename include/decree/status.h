// What a replica says about itself.
#ifndef DECREE_STATUS_H_
#define DECREE_STATUS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "decree/options.h"
#include "decree/types.h"

namespace decree {

enum class Role { follower, candidate, leader };

/// Leadership, for programs that act on it. `token` fences their actions.
struct LeadershipEvent {
  enum class Kind {
    started,   // this replica leads: its no-op is announced
    in_doubt,  // it still leads, but its lease was lost
    regained,  // it leads and holds a lease again
    ended,     // it leads no more
  };
  Kind kind = Kind::ended;
  Token token;
};

struct PeerStatus {
  ReplicaId id;
  bool connected = false;
  // Known to the leader only:
  Slot accepted;                   // durable at the peer through this slot
  std::int64_t grant_left_us = 0;  // of what it granted this replica's lease; 0: nothing
  // Known to the leader of its followers, and to a follower of its leader; else -1:
  std::int64_t silent_us = -1;      // since it was heard last
  std::int64_t suspect_at_us = -1;  // so much silence is suspicious, see Options::suspect_us
};

struct Status {
  ReplicaId id;
  Incarnation incarnation;
  StartNumber start;
  Role role = Role::follower;
  ReplicaId leader;                  // whom this replica follows, itself included; none if unknown
  Ballot ballot;                     // of that leader
  Ballot promised;                   // by this replica
  Slot accepted;                     // last slot of this replica's log
  Slot announced;                    // known chosen, here
  Slot applied;                      // by this replica's state machine
  std::uint64_t applied_digest = 0;  // of all commands through `applied`: equal on every replica
  bool holds_lease = false;
  std::int64_t lease_left_us = 0;
  LeaseSettings lease_settings;      // that the group has decided on, as far as is applied here
  std::uint64_t clock_faults = 0;    // leases were given up because the machine's clocks disagreed
  std::uint64_t leader_changes = 0;  // leaders that this replica saw since it started
  std::string leader_change;         // the last one: who followed whom, why, and how long it took
  std::uint64_t proposals_pending = 0;
  std::uint64_t reads_pending = 0;
  std::uint64_t log_segments = 0;
  std::uint64_t log_bytes = 0;          // of its files with records
  std::uint64_t log_bytes_written = 0;  // since it started
  Slot log_dropped;                     // records of slots through this one may be gone
  Slot snapshot;                        // the newest is of the state after this slot; 0: none
  std::uint64_t snapshot_bytes = 0;
  std::string log_disk;           // how writes are made durable
  std::uint64_t log_damages = 0;  // places of the log that were found damaged since it was opened
  std::uint64_t log_bytes_scrubbed = 0;  // read again since it started, in search of damage
  std::int64_t log_scrub_age_s = -1;  // since all of it had been read; -1: not yet since it started
  bool repairing = false;     // votes for nobody until what is known chosen of that is here again
  bool damaged = false;       // the log cannot say yet that all that they held is here again
  std::string storage_error;  // empty while the log works
  std::string impairment;     // why it is not fit to lead; empty: it is
  std::vector<PeerStatus> peers;
};

}  // namespace decree

#endif  // DECREE_STATUS_H_
