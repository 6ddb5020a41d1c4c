// The seam between the engine and a network: the simulator puts its own here.
#ifndef DECREE_TRANSPORT_NETWORK_H_
#define DECREE_TRANSPORT_NETWORK_H_

#include <cstdint>
#include <string>

#include "decree/types.h"
#include "paxos/buffer.h"

namespace decree::transport {

/// What a replica states about itself when it meets a peer, in a hello or in the answer to one.
/// Promise and log end are what is durable, no more: a peer holds it against whoever comes back
/// with less, and what is not durable may be lost by an ordinary crash.
struct Introduction {
  Incarnation incarnation;
  StartNumber start;
  Ballot promised;            // the highest
  Slot log_end;               // the last slot that was recorded, as accepted or as chosen
  std::uint64_t process = 0;  // drawn at each start: two that state one start number are copies
};

/// The two statements of a handshake: the dialler's, and the reply of the one that was dialled.
enum class Handshake { hello, answer };

/// What a network tells the engine. Called on the engine's thread.
class NetworkEvents {
 public:
  virtual ~NetworkEvents() = default;
  /// What to state at this moment.
  [[nodiscard]] virtual Introduction introduce() = 0;
  /// A hello is about to be sent to the peer. The peer answers with what is true later than now,
  /// but the answer may come after frames of the peer that were sent later still.
  virtual void on_hello(ReplicaId peer) = 0;
  /// A whole frame whose header and checksum are good; `frame.owner` keeps it alive.
  virtual void on_frame(ReplicaId from, Payload frame) = 0;
  /// Frames sent to the peer from now on arrive in order until it is disconnected.
  virtual void on_connected(ReplicaId peer, Incarnation incarnation) = 0;
  /// Frames that were sent may or may not have arrived.
  virtual void on_disconnected(ReplicaId peer) = 0;
  /// May this peer speak to us? An answer is one to the newest on_hello(). False closes the
  /// connection and tells the peer `reason`, a clause about it.
  virtual bool admit(ReplicaId peer, Handshake part, const Introduction& stated,
                     std::string& reason) = 0;
  /// One line for the program's log, e.g. a peer that was refused and why.
  virtual void on_notice(const std::string& line) = 0;
};

/// Best-effort, ordered per connection. One thread.
class Network {
 public:
  virtual ~Network() = default;
  /// Queues a frame; drops it, and the connection with it, when the peer's queue is full. A frame
  /// that is sent to several peers is shared, never copied.
  virtual void send(ReplicaId to, const Payload& frame) = 0;
  /// Hands the queues to the kernel, at most one system call a peer.
  virtual void flush() = 0;
  [[nodiscard]] virtual bool connected(ReplicaId peer) const = 0;
};

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_NETWORK_H_
