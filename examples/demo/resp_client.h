// A small client of the Redis protocol: one connection, pipelining, a deadline on every wait.
#ifndef DECREE_EXAMPLES_DEMO_RESP_CLIENT_H_
#define DECREE_EXAMPLES_DEMO_RESP_CLIENT_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "examples/demo/deadline.h"
#include "examples/demo/file_descriptor.h"
#include "examples/demo/resp_reply.h"

namespace decree::demo {

/// Belongs to one thread. After a lost connection, a deadline or an answer that is not RESP it is
/// closed for good, since answers could no longer be told apart: whatever was sent and not answered
/// has an unknown outcome.
class RespClient {
 public:
  /// To 127.0.0.1; nothing if nobody accepts before the deadline.
  static std::optional<RespClient> connect(std::uint16_t port, Deadline deadline);

  [[nodiscard]] bool is_open() const { return static_cast<bool>(socket_); }

  /// Adds a command to what the next flush() sends.
  void queue(std::initializer_list<std::string_view> words) { write_command(output_, words); }
  /// False if not everything could be sent, some of it perhaps was.
  bool flush(Deadline deadline);
  /// The next answer in order; nothing if the connection is lost or the deadline reached.
  std::optional<RespReply> receive(Deadline deadline);
  /// The next answer if it is already here.
  std::optional<RespReply> receive_buffered();
  /// queue(), flush() and receive().
  std::optional<RespReply> call(std::initializer_list<std::string_view> words, Deadline deadline);

 private:
  explicit RespClient(FileDescriptor socket) : socket_(std::move(socket)) {}
  bool read_more(Deadline deadline);
  void close();

  FileDescriptor socket_;
  std::string output_;
  std::string input_;
  std::size_t parsed_ = 0;  // of input_
};

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_RESP_CLIENT_H_
