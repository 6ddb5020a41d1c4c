// The seam between the engine and a network: the simulator puts its own here.
#ifndef DECREE_TRANSPORT_NETWORK_H_
#define DECREE_TRANSPORT_NETWORK_H_

#include <string>

#include "decree/types.h"
#include "paxos/buffer.h"

namespace decree::transport {

/// What a network tells the engine. Called on the engine's thread.
class NetworkEvents {
 public:
  virtual ~NetworkEvents() = default;
  /// A whole frame whose header and checksum are good; `frame.owner` keeps it alive.
  virtual void on_frame(ReplicaId from, Payload frame) = 0;
  /// Frames sent to the peer from now on arrive in order until it is disconnected.
  virtual void on_connected(ReplicaId peer, Incarnation incarnation) = 0;
  /// Frames that were sent may or may not have arrived.
  virtual void on_disconnected(ReplicaId peer) = 0;
  /// May this peer speak to us? False closes the connection and tells it `reason`.
  virtual bool admit(ReplicaId peer, Incarnation incarnation, StartNumber start,
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
