// Accepts clients and serves them from one replica.
#ifndef DECREE_EXAMPLES_KV_SERVER_H_
#define DECREE_EXAMPLES_KV_SERVER_H_

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "examples/kv/connection.h"

namespace decree::kv {

struct ServerOptions {
  std::string host;
  std::uint16_t port = 0;  // 0: any free one
  Limits limits;
  bool reads_locally = false;
  std::int64_t clock_offset_ms = 0;
  std::uint64_t heartbeat_us = Options{}.heartbeat_us;
};

/// Everything happens on the engine's thread, so that no request changes threads. `replica` and
/// `machine` must outlive it. Destroy it when the replica has been closed, and before it goes.
class Server final : private Host {
 public:
  /// Binds and listens; throws std::runtime_error with a sentence.
  Server(Replica& replica, Machine& machine, const ServerOptions& options);

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Begins to serve. From any thread but the engine's, once.
  void start();
  /// Takes no more clients and requests and answers those under way; returns when all clients are
  /// gone or after `patience`. From any thread but the engine's.
  void stop(std::chrono::milliseconds patience);

 private:
  using Acceptor = boost::asio::ip::tcp::acceptor;

  void accept();
  void accepted(boost::system::error_code error, Connection::Socket socket);
  void closed(std::uint64_t id);
  void begin_stop();
  std::string info(Arguments sections) override;
  std::string set_lease(std::uint64_t lease_us) override;
  std::string fail_over(ReplicaId successor) override;
  std::vector<std::pair<std::string, std::string>> configuration() override;

  Replica& replica_;
  Machine& machine_;
  Expirer expirer_;
  Service service_;
  Acceptor acceptor_;
  boost::asio::steady_timer retry_timer_;
  std::uint16_t port_ = 0;
  const std::uint64_t heartbeat_us_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::uint64_t last_id_ = 0;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  bool stopping_ = false;
  std::function<void()> on_stopped_;
};

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_SERVER_H_
