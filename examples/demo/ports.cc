#include "examples/demo/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "examples/demo/file_descriptor.h"

namespace decree::demo {
namespace {

bool is_free(std::uint16_t port) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

std::vector<std::uint16_t> free_ports(std::size_t count) {
  constexpr std::uint16_t kFirst = 10'000;
  constexpr std::uint16_t kLast = 32'000;
  std::random_device entropy;
  std::uniform_int_distribution<std::uint16_t> draw(kFirst, kLast);
  std::vector<std::uint16_t> ports;
  for (int tries = 0; tries < 10'000 && ports.size() < count; ++tries) {
    const std::uint16_t port = draw(entropy);
    if (std::ranges::find(ports, port) == ports.end() && is_free(port)) ports.push_back(port);
  }
  if (ports.size() < count) throw std::runtime_error("no free TCP ports between 10000 and 32000");
  return ports;
}

}  // namespace decree::demo
