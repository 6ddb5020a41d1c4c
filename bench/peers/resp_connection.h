// A connection to a server that speaks the Redis protocol.
#ifndef DECREE_BENCH_PEERS_RESP_CONNECTION_H_
#define DECREE_BENCH_PEERS_RESP_CONNECTION_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "bench/descriptor.h"
#include "bench/peers/resp_reply.h"

namespace decree::bench {

/// On loopback. Failures throw std::runtime_error or std::system_error.
class RespConnection {
 public:
  explicit RespConnection(std::uint16_t port);

  [[nodiscard]] int socket() const { return socket_.get(); }

  /// Sends all of these bytes.
  void send(std::string_view bytes);
  /// Blocks until something is received.
  void receive();
  /// The next reply in order that is received as a whole, or nothing.
  std::optional<RespReply> next();
  /// Sends one command and waits for its reply, which must not be an error.
  RespReply call(std::initializer_list<std::string_view> words);

 private:
  Descriptor socket_;
  std::string received_;
  std::size_t taken_ = 0;  // of received_
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_RESP_CONNECTION_H_
