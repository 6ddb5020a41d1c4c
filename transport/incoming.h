// A connection that this replica accepted, and receives on.
#ifndef DECREE_TRANSPORT_INCOMING_H_
#define DECREE_TRANSPORT_INCOMING_H_

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "proactor/proactor.h"
#include "proactor/unique_fd.h"
#include "transport/link.h"
#include "transport/receive_buffer.h"

namespace decree::transport {

/// A stranger until its hello is found good; then every whole frame goes to the engine. Strangers
/// are read through Asio; the socket of a peer is taken out of it, and read through the proactor.
/// One thread.
class Incoming final : public std::enable_shared_from_this<Incoming>, private proactor::Operation {
 public:
  Incoming(LinkContext& context, boost::asio::ip::tcp::socket socket);

  void start();
  /// Final and silent.
  void close();
  /// None for a stranger.
  [[nodiscard]] ReplicaId peer() const { return peer_; }
  [[nodiscard]] StartNumber peer_start() const { return peer_start_; }

 private:
  enum class State { stranger, peer, refused, closed };

  void wait();
  void read();
  void receive();
  void completed(int result) override;
  void take_frames();
  void take_frame(const FrameHeader& header, const Payload& frame);
  void greet(const FrameHeader& header, const Payload& frame);
  bool leave_asio();
  bool answer(bool accepted, const std::string& reason);
  void reject(const FrameHeader& header, const std::string& problem);
  void reject_stranger(const FrameHeader& header, const std::string& problem);
  void end();

  LinkContext& context_;
  boost::asio::ip::tcp::socket socket_;  // of a stranger
  UniqueFd descriptor_;                  // of a peer
  std::shared_ptr<Incoming> receiving_;  // itself, as long as the kernel may write to the buffer
  const std::string address_;
  boost::asio::steady_timer deadline_;
  State state_ = State::stranger;
  ReplicaId peer_;
  StartNumber peer_start_;
  ReceiveBuffer buffer_{2 * kMaxHelloBytes};
  std::size_t next_frame_bytes_ = kHeaderBytes;
};

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_INCOMING_H_
