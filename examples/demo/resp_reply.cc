#include "examples/demo/resp_reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace decree::demo {
namespace {

constexpr std::string_view kEnd = "\r\n";

class Parser {
 public:
  explicit Parser(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t position() const { return position_; }

  std::optional<RespReply> reply() {
    const auto line = this->line();
    if (!line) return std::nullopt;
    if (line->empty()) throw std::runtime_error("a reply begins with an empty line");
    const std::string_view rest = line->substr(1);
    switch (line->front()) {
      case '+':
        return RespReply{RespReply::Kind::status, std::string(rest), 0, {}};
      case '-':
        return RespReply{RespReply::Kind::error, std::string(rest), 0, {}};
      case ':':
        return RespReply{RespReply::Kind::integer, {}, number(rest), {}};
      case '$':
        return bulk(number(rest));
      case '*':
        return array(number(rest));
      default:
        throw std::runtime_error(fmt::format("no reply begins with \"{}\"", *line));
    }
  }

 private:
  std::optional<std::string_view> line() {
    const std::size_t end = bytes_.find(kEnd, position_);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view found = bytes_.substr(position_, end - position_);
    position_ = end + kEnd.size();
    return found;
  }

  static std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stopped != text.data() + text.size()) {
      throw std::runtime_error(fmt::format("\"{}\" is not a number in a reply", text));
    }
    return value;
  }

  std::optional<RespReply> bulk(std::int64_t length) {
    if (length < 0) return RespReply{};
    const auto size = static_cast<std::size_t>(length);
    if (bytes_.size() - position_ < size + kEnd.size()) return std::nullopt;
    RespReply reply{RespReply::Kind::bulk, std::string(bytes_.substr(position_, size)), 0, {}};
    position_ += size;
    if (bytes_.substr(position_, kEnd.size()) != kEnd) {
      throw std::runtime_error("a bulk string is longer than announced");
    }
    position_ += kEnd.size();
    return reply;
  }

  std::optional<RespReply> array(std::int64_t count) {
    if (count < 0) return RespReply{};
    RespReply reply{RespReply::Kind::array, {}, 0, {}};
    for (std::int64_t i = 0; i < count; ++i) {
      auto element = this->reply();
      if (!element) return std::nullopt;
      reply.elements.push_back(*std::move(element));
    }
    return reply;
  }

  std::string_view bytes_;
  std::size_t position_ = 0;
};

}  // namespace

std::optional<RespReply> parse_reply(std::string_view bytes, std::size_t& length) {
  Parser parser(bytes);
  auto reply = parser.reply();
  length = parser.position();
  return reply;
}

void write_command(std::string& to, std::initializer_list<std::string_view> words) {
  to += fmt::format("*{}\r\n", words.size());
  for (const std::string_view word : words) to += fmt::format("${}\r\n{}\r\n", word.size(), word);
}

Outcome outcome_of(const std::optional<RespReply>& reply) {
  constexpr std::array<std::string_view, 8> kDidNotHappen{
      "NOTLEADER", "BUSY", "NOSPACE", "TOOLARGE", "CLOSED", "LOADING", "ERR", "WRONGTYPE"};
  if (!reply) return Outcome::unknown;
  if (reply->kind != RespReply::Kind::error) return Outcome::done;
  const std::string_view code = std::string_view(reply->text).substr(0, reply->text.find(' '));
  return std::ranges::find(kDidNotHappen, code) != kDidNotHappen.end() ? Outcome::failed
                                                                       : Outcome::unknown;
}

}  // namespace decree::demo
