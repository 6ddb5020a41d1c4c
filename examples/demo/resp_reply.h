// A reply of the Redis protocol, version 2 (https://redis.io/docs/reference/protocol-spec/).
#ifndef DECREE_EXAMPLES_DEMO_RESP_REPLY_H_
#define DECREE_EXAMPLES_DEMO_RESP_REPLY_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "examples/demo/outcome.h"

namespace decree::demo {

struct RespReply {
  enum class Kind : std::uint8_t { status, error, integer, bulk, nil, array };
  Kind kind = Kind::nil;
  std::string text;                 // of a status, an error or a bulk string
  std::int64_t integer = 0;         // of an integer
  std::vector<RespReply> elements;  // of an array
};

/// Parses the reply at the beginning of `bytes` and tells how long it is. Nothing if more bytes are
/// needed. Throws std::runtime_error for bytes that no reply begins with.
std::optional<RespReply> parse_reply(std::string_view bytes, std::size_t& length);

/// Appends a command as an array of bulk strings.
void write_command(std::string& to, std::initializer_list<std::string_view> words);

/// What an answer, or none, says about the request. An error that is not known to mean "did not
/// happen" is unknown, which is never wrong.
Outcome outcome_of(const std::optional<RespReply>& reply);

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_RESP_REPLY_H_
