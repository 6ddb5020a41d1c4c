// Who may speak to this replica.
#ifndef DECREE_TRANSPORT_ADMISSION_H_
#define DECREE_TRANSPORT_ADMISSION_H_

#include <string>

#include "transport/asio_network.h"
#include "transport/hello.h"

namespace decree::transport {

/// Judges hellos and their answers. A reason is a clause about the other one, empty if it is
/// welcome. One thread.
class Admission {
 public:
  Admission(const NetworkOptions& options, NetworkEvents& events)
      : options_(options), events_(events) {}

  /// Of a replica that dialled us.
  std::string judge(const FrameHeader& header, const Hello& hello);
  /// Of the replica that answered when we dialled `wanted`.
  std::string judge(const FrameHeader& header, const HelloAnswer& answer, ReplicaId wanted);

  [[nodiscard]] bool is_peer(ReplicaId id) const;

 private:
  std::string admit(ReplicaId peer, Handshake part, const Introduction& stated);

  const NetworkOptions& options_;
  NetworkEvents& events_;
};

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_ADMISSION_H_
