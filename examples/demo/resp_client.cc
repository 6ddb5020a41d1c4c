#include "examples/demo/resp_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>

namespace decree::demo {

std::optional<RespClient> RespClient::connect(std::uint16_t port, Deadline deadline) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno != EINPROGRESS) return std::nullopt;
    if (!wait_for_events(socket.get(), POLLOUT, deadline)) return std::nullopt;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return std::nullopt;
  }
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return RespClient(std::move(socket));
}

bool RespClient::flush(Deadline deadline) {
  std::size_t sent = 0;
  while (is_open() && sent < output_.size()) {
    const ssize_t n =
        ::send(socket_.get(), output_.data() + sent, output_.size() - sent, MSG_NOSIGNAL);
    if (n >= 0) {
      sent += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN) {
      if (!wait_for_events(socket_.get(), POLLOUT, deadline)) close();
    } else if (errno != EINTR) {
      close();
    }
  }
  output_.clear();
  return is_open();
}

std::optional<RespReply> RespClient::receive_buffered() {
  try {
    std::size_t length = 0;
    auto reply = parse_reply(std::string_view(input_).substr(parsed_), length);
    if (reply) parsed_ += length;
    return reply;
  } catch (const std::runtime_error&) {
    close();
    return std::nullopt;
  }
}

std::optional<RespReply> RespClient::receive(Deadline deadline) {
  while (is_open()) {
    if (auto reply = receive_buffered()) return reply;
    if (!is_open() || !read_more(deadline)) close();
  }
  return std::nullopt;
}

bool RespClient::read_more(Deadline deadline) {
  constexpr std::size_t kPiece = 64 << 10;
  input_.erase(0, std::exchange(parsed_, 0));
  const std::size_t had = input_.size();
  for (;;) {
    if (!wait_for_events(socket_.get(), POLLIN, deadline)) return false;
    input_.resize(had + kPiece);
    const ssize_t n = ::recv(socket_.get(), input_.data() + had, kPiece, 0);
    input_.resize(had + static_cast<std::size_t>(n > 0 ? n : 0));
    if (n > 0) return true;
    if (n == 0 || (errno != EINTR && errno != EAGAIN)) return false;
  }
}

std::optional<RespReply> RespClient::call(std::initializer_list<std::string_view> words,
                                          Deadline deadline) {
  queue(words);
  if (!flush(deadline)) return std::nullopt;
  return receive(deadline);
}

void RespClient::close() {
  socket_ = FileDescriptor();
  input_.clear();
  parsed_ = 0;
}

}  // namespace decree::demo
