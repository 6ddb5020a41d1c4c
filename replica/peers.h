// What this replica remembers of its peers' directories, and whom it refuses for it.
#ifndef DECREE_REPLICA_PEERS_H_
#define DECREE_REPLICA_PEERS_H_

#include <array>
#include <string>

#include "decree/types.h"
#include "paxos/leader.h"
#include "paxos/message.h"
#include "replica/standing.h"
#include "transport/network.h"

namespace decree::replica {

/// What a message implies to be durable at its sender. `leader`: if its receiver leads.
Standing implied(ReplicaId sender, const Message& message, const paxos::Leader* leader);

/// A directory that comes back with less than its replica has told us is a restored copy: it has
/// forgotten promises and acceptances that others count on, so it is refused. Only what was told
/// here is remembered, and in memory alone. One thread.
class Peers {
 public:
  /// The incarnation first met, from the log.
  void recovered(ReplicaId peer, Incarnation incarnation);
  [[nodiscard]] Incarnation incarnation(ReplicaId peer) const { return known(peer).incarnation; }

  /// A hello leaves for the peer.
  void hello_sent(ReplicaId peer);
  /// Judges what a peer states, and remembers it if it is welcome. Empty, or why it is not.
  std::string meet(ReplicaId peer, transport::Handshake part,
                   const transport::Introduction& stated);
  /// Remembers what a message implies. `leader`: if this replica leads.
  void heard(ReplicaId from, const Message& message, const paxos::Leader* leader);

 private:
  struct Known {
    Incarnation incarnation;    // none: never met
    StartNumber start;          // the highest of a hello
    std::uint64_t process = 0;  // that stated it
    // Invariant: durable at the peer when it sent what told us, so whatever the same directory
    // states later is as high. Fed by the connections that the peer dials alone: it has one at a
    // time, so that its hellos and frames come in the order in which they became true.
    Standing told;
    // `told` when the last hello left for the peer. An answer is held against this only, because
    // it may arrive behind frames that were sent after it, on the other connection.
    Standing told_at_hello;
  };

  [[nodiscard]] const Known& known(ReplicaId peer) const { return known_.at(peer.value); }
  [[nodiscard]] std::string judge(ReplicaId peer, transport::Handshake part,
                                  const transport::Introduction& stated) const;

  std::array<Known, kMaxReplicaId + 1> known_{};  // by id
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_PEERS_H_
