#include "bench/loopback.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <string>

namespace decree::bench {
namespace {

Descriptor make_socket() {
  return Descriptor(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
}

void set_no_delay(const Descriptor& socket) {
  const int on = 1;
  checked(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
}

/// Binds to a port that the kernel chooses.
sockaddr_in bind_loopback(const Descriptor& socket) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const where = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  checked(::bind(socket.get(), where, size), "bind");
  checked(::getsockname(socket.get(), where, &size), "getsockname");
  return address;
}

}  // namespace

Connection connect_loopback() {
  const Descriptor listener = make_socket();
  const sockaddr_in address = bind_loopback(listener);
  checked(::listen(listener.get(), 1), "listen");
  Connection connection{.leader = make_socket(), .follower = {}};
  const auto* const where = reinterpret_cast<const sockaddr*>(&address);
  checked(::connect(connection.leader.get(), where, sizeof address), "connect");
  connection.follower =
      Descriptor(checked(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
  set_no_delay(connection.leader);
  set_no_delay(connection.follower);
  return connection;
}

Descriptor connect_to(std::uint16_t port) {
  Descriptor socket = make_socket();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const auto* const where = reinterpret_cast<const sockaddr*>(&address);
  checked(::connect(socket.get(), where, sizeof address),
          "connect to port " + std::to_string(port));
  set_no_delay(socket);
  return socket;
}

std::vector<std::uint16_t> free_ports(std::size_t count) {
  std::vector<Descriptor> sockets;
  std::vector<std::uint16_t> ports;
  while (ports.size() < count) {
    sockets.push_back(make_socket());
    ports.push_back(ntohs(bind_loopback(sockets.back()).sin_port));
  }
  return ports;
}

}  // namespace decree::bench
