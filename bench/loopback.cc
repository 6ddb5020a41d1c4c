#include "bench/loopback.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <random>
#include <stdexcept>
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

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Binds to a port that the kernel chooses.
sockaddr_in bind_loopback(const Descriptor& socket) {
  sockaddr_in address = loopback(0);
  auto* const where = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  checked(::bind(socket.get(), where, size), "bind");
  checked(::getsockname(socket.get(), where, &size), "getsockname");
  return address;
}

bool is_free(std::uint16_t port) {
  const Descriptor socket = make_socket();
  const sockaddr_in address = loopback(port);
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
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
  constexpr std::uint16_t kFirst = 12'000;
  constexpr std::uint16_t kLast = 32'000;
  constexpr int kTries = 1'000;
  std::random_device device;
  std::uniform_int_distribution<std::uint16_t> any(kFirst, kLast);
  std::vector<std::uint16_t> ports;
  for (int tries = 0; ports.size() < count; ++tries) {
    if (tries == kTries) throw std::runtime_error("no port from 12000 to 32000 is free");
    const std::uint16_t port = any(device);
    if (std::ranges::find(ports, port) == ports.end() && is_free(port)) ports.push_back(port);
  }
  return ports;
}

}  // namespace decree::bench
