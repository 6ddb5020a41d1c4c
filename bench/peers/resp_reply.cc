#include "bench/peers/resp_reply.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <stdexcept>

namespace decree::bench {
namespace {

constexpr std::string_view kEnd = "\r\n";

std::int64_t length_in(std::string_view line) {
  std::int64_t length = 0;
  const char* const end = line.data() + line.size();
  const auto [stop, error] = std::from_chars(line.data(), end, length);
  if (error != std::errc{} || stop != end || length < -1) {
    throw std::runtime_error(fmt::format("\"{}\" is not the length of a string in a reply", line));
  }
  return length;
}

/// A string's bytes, of which `bytes` has the first.
std::optional<RespReply> take_string(std::string_view& bytes, std::string_view rest,
                                     std::int64_t length) {
  if (length < 0) {
    bytes = rest;
    return RespReply{.kind = '$', .text = {}};
  }
  const auto size = static_cast<std::size_t>(length);
  if (rest.size() < size + kEnd.size()) {
    return std::nullopt;
  }
  bytes = rest.substr(size + kEnd.size());
  return RespReply{.kind = '$', .text = std::string(rest.substr(0, size))};
}

}  // namespace

std::optional<RespReply> take_reply(std::string_view& bytes) {
  constexpr std::string_view kKinds = "+-:$";
  if (!bytes.empty() && kKinds.find(bytes.front()) == std::string_view::npos) {
    throw std::runtime_error(fmt::format("a reply begins with \"{}\"", bytes.front()));
  }
  const std::size_t end = bytes.find(kEnd);
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view line = bytes.substr(1, end - 1);
  const std::string_view rest = bytes.substr(end + kEnd.size());
  if (bytes.front() == '$') {
    return take_string(bytes, rest, length_in(line));
  }
  RespReply reply{.kind = bytes.front(), .text = std::string(line)};
  bytes = rest;
  return reply;
}

void append_command(std::string& to, std::initializer_list<std::string_view> words) {
  fmt::format_to(std::back_inserter(to), "*{}\r\n", words.size());
  for (const std::string_view word : words) {
    fmt::format_to(std::back_inserter(to), "${}\r\n{}\r\n", word.size(), word);
  }
}

}  // namespace decree::bench
