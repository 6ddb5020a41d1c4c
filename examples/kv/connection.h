// A client's socket.
#ifndef DECREE_EXAMPLES_KV_CONNECTION_H_
#define DECREE_EXAMPLES_KV_CONNECTION_H_

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "examples/kv/pipeline.h"

namespace decree::kv {

/// Moves bytes between a socket and a pipeline. Lives on the engine's thread, which is the
/// socket's executor; shared with the operations under way.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  /// `on_closed` is called once, from any call below or from a completion.
  Connection(Service& service, Socket socket, std::uint64_t id,
             std::function<void(Connection&)> on_closed);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  /// Takes no more requests, answers what is under way, and closes.
  void finish();
  /// Says why, and closes.
  void refuse(const char* error);

 private:
  void advance();
  void read();
  void write();
  void wrote(boost::system::error_code error);
  bool account();
  void part();
  void linger();
  void close();

  Service& service_;
  Socket socket_;
  std::function<void(Connection&)> on_closed_;
  std::shared_ptr<Pipeline> pipeline_;
  boost::asio::steady_timer linger_timer_;
  std::string writing_;
  std::size_t accounted_ = 0;  // what of service_.buffered_bytes is ours
  bool is_reading_ = false;
  bool is_writing_ = false;
  bool is_parting_ = false;
  bool is_refused_ = false;
  bool closed_ = false;
};

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_CONNECTION_H_
