#include "transport/link.h"

#include <netinet/tcp.h>

namespace decree::transport {

// A socket that refuses an option works without it: errors are of no interest.
void tune(boost::asio::ip::tcp::socket& socket, std::chrono::milliseconds dead) {
  namespace asio = boost::asio;
  using KeepIdle = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
  using KeepInterval = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
  using UserTimeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
  boost::system::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  socket.set_option(KeepIdle(1), ignored);
  socket.set_option(KeepInterval(1), ignored);
  socket.set_option(UserTimeout(static_cast<int>(dead.count())), ignored);
}

}  // namespace decree::transport
