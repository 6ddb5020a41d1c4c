#include "bench/peers/resp_connection.h"

#include <sys/socket.h>

#include <array>
#include <stdexcept>

#include "bench/loopback.h"

namespace decree::bench {

RespConnection::RespConnection(std::uint16_t port) : socket_(connect_to(port)) {}

void RespConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    bytes.remove_prefix(static_cast<std::size_t>(checked(static_cast<int>(n), "send")));
  }
}

void RespConnection::receive() {
  received_.erase(0, std::exchange(taken_, 0));
  std::array<char, 16384> chunk{};
  const ssize_t n = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
  if (checked(static_cast<int>(n), "receive") == 0) {
    throw std::runtime_error("the server closed the connection");
  }
  received_.append(chunk.data(), static_cast<std::size_t>(n));
}

std::optional<RespReply> RespConnection::next() {
  std::string_view rest = std::string_view(received_).substr(taken_);
  auto reply = take_reply(rest);
  taken_ = received_.size() - rest.size();
  return reply;
}

RespReply RespConnection::call(std::initializer_list<std::string_view> words) {
  std::string command;
  append_command(command, words);
  send(command);
  std::optional<RespReply> reply;
  while (!(reply = next())) {
    receive();
  }
  if (reply->kind == '-') {
    throw std::runtime_error(reply->text);
  }
  return *reply;
}

}  // namespace decree::bench
