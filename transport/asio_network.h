// The network of a running replica: TCP connections on Boost.Asio. docs/wire-format.md has the
// bytes and the handshake.
#ifndef DECREE_TRANSPORT_ASIO_NETWORK_H_
#define DECREE_TRANSPORT_ASIO_NETWORK_H_

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "proactor/proactor.h"
#include "transport/frame.h"
#include "transport/network.h"

namespace decree::transport {

struct PeerAddress {
  ReplicaId id;
  std::string host;  // an IP address or a name
  std::uint16_t port = 0;
};

struct NetworkLimits {
  std::size_t queue_bytes = 64u << 20;     // waiting to be sent to one peer
  std::size_t receive_bytes = 256u << 10;  // of a receive buffer; larger for larger frames
  std::size_t strangers = 64;              // accepted connections that have not said hello
  std::chrono::milliseconds hello{2000};   // from dialling or accepting to the end of the handshake
  std::chrono::milliseconds retry_first{50};   // to the next dial; doubles ...
  std::chrono::milliseconds retry_last{1000};  // ... up to this
  std::chrono::milliseconds dead{3000};        // without an acknowledgement by the peer's kernel
};

struct NetworkOptions {
  Origin origin;
  PeerAddress listen;              // this replica; port 0: any free one
  std::vector<PeerAddress> peers;  // this replica may be among them and is skipped
  NetworkLimits limits;
};

/// Each replica dials every peer and sends on the connection it dialled; it receives on those it
/// accepted. If either connection with a peer breaks, both are made anew. One thread, which runs
/// the io_context and the proactor: connections are made by the one, and frames of peers arrive by
/// the other. Events are reported from these two only, never from within send() or flush(), and not
/// after close().
class AsioNetwork final : public Network {
 public:
  /// All three must outlive the network, and what the proactor has under way after close().
  AsioNetwork(boost::asio::io_context& io, proactor::Proactor& proactor, NetworkOptions options,
              NetworkEvents& events);
  ~AsioNetwork() override;

  /// Listens and dials. On failure returns false and says in `problem` what is wrong.
  bool start(std::string& problem);
  /// Where it listens.
  [[nodiscard]] std::uint16_t port() const;
  /// Breaks all connections; they are made anew, and admitted anew.
  void reset();
  /// Closes everything; final.
  void close();

  void send(ReplicaId to, const Payload& frame) override;
  void flush() override;
  [[nodiscard]] bool connected(ReplicaId peer) const override;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_ASIO_NETWORK_H_
