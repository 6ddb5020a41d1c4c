// What the connections of a network share.
#ifndef DECREE_TRANSPORT_LINK_H_
#define DECREE_TRANSPORT_LINK_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "proactor/proactor.h"
#include "transport/admission.h"
#include "transport/asio_network.h"
#include "transport/notices.h"

namespace decree::transport {

class Incoming;

/// Who pairs the two connections with each peer. A link that was closed calls nothing any more.
class LinkOwner {
 public:
  virtual ~LinkOwner() = default;
  /// A stranger has become a peer.
  virtual void incoming_ready(const std::shared_ptr<Incoming>& incoming) = 0;
  /// A stranger or peer is gone.
  virtual void incoming_closed(const std::shared_ptr<Incoming>& incoming) = 0;
  /// The connection that was dialled is no longer up; it will be dialled again.
  virtual void dialled_lost(ReplicaId peer) = 0;
};

/// Outlives every link that is not closed.
struct LinkContext {
  boost::asio::io_context& io;
  proactor::Proactor& proactor;  // of the thread that runs `io`
  const NetworkOptions options;
  NetworkEvents& events;
  LinkOwner& owner;
  Notices notices{events};
  Admission admission{options, events};

  [[nodiscard]] const NetworkLimits& limits() const { return options.limits; }
};

/// No delay, and an end to connections whose other side is silently gone. `dead`: without any
/// acknowledgement.
void tune(boost::asio::ip::tcp::socket& socket, std::chrono::milliseconds dead);

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_LINK_H_
