// A reply of the Redis protocol.
#ifndef DECREE_BENCH_PEERS_RESP_REPLY_H_
#define DECREE_BENCH_PEERS_RESP_REPLY_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace decree::bench {

/// One that is not an array, which none of the commands here is answered with.
struct RespReply {
  char kind = '\0';  // '+' status, '-' error, ':' integer, '$' string
  std::string text;  // a null string is empty
};

/// Takes the reply at the beginning of `bytes` off them. Nothing, and nothing is taken, if more
/// bytes are needed. Throws std::runtime_error for bytes that no such reply begins with.
std::optional<RespReply> take_reply(std::string_view& bytes);

/// Appends a command, as an array of strings.
void append_command(std::string& to, std::initializer_list<std::string_view> words);

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_RESP_REPLY_H_
