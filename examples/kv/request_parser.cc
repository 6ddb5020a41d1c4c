#include "examples/kv/request_parser.h"

#include <algorithm>
#include <optional>

#include "examples/kv/integer.h"
#include "examples/kv/words.h"

namespace decree::kv {
namespace {

// What a parser keeps between requests; above it the memory is given back.
constexpr std::size_t kKeptArguments = 1024;

template <typename T>
void clear(std::vector<T>* items) {
  items->clear();
  if (items->capacity() > kKeptArguments) {
    items->shrink_to_fit();
  }
}

}  // namespace

RequestParser::Result RequestParser::parse(std::string_view input) {
  if (kind_ == Kind::unknown && !input.empty()) {
    kind_ = input.front() == '*' ? Kind::array : Kind::line;
  }
  if (stage_ != Stage::done && stage_ != Stage::failed && kind_ != Kind::unknown) {
    const bool done = kind_ == Kind::array ? parse_array(input) : parse_line(input);
    if (done) {
      stage_ = Stage::done;
    }
  }
  if (stage_ == Stage::failed) {
    return Result::failed;
  }
  if (stage_ != Stage::done) {
    return Result::incomplete;
  }
  refer(input);
  return Result::complete;
}

bool RequestParser::parse_array(std::string_view input) {
  if (stage_ == Stage::start && !parse_count(input)) {
    return false;
  }
  while (missing_ > 0) {
    if (stage_ == Stage::length && !parse_length(input)) {
      return false;
    }
    if (!parse_body(input)) {
      return false;
    }
    stage_ = Stage::length;
    --missing_;
  }
  return true;
}

bool RequestParser::parse_count(std::string_view input) {
  std::string_view line;
  if (!take_header(input, "Protocol error: too big mbulk count string", &line)) {
    return false;
  }
  const std::optional<std::int64_t> count = parse_integer(line);
  if (!count || *count > kMaxArguments) {
    return fail("Protocol error: invalid multibulk length");
  }
  missing_ = *count;
  stage_ = Stage::length;
  return true;
}

bool RequestParser::parse_length(std::string_view input) {
  if (position_ < input.size() && input[position_] != '$') {
    return fail(std::string("Protocol error: expected '$', got '") + input[position_] + "'");
  }
  std::string_view line;
  if (!take_header(input, "Protocol error: too big bulk count string", &line)) {
    return false;
  }
  const std::optional<std::int64_t> length = parse_integer(line);
  if (!length || *length < 0 || static_cast<std::uint64_t>(*length) > max_bytes_) {
    return fail("Protocol error: invalid bulk length");
  }
  length_ = static_cast<std::size_t>(*length);
  if (position_ + length_ + 2 > max_bytes_) {
    return fail("Protocol error: the command exceeds " + std::to_string(max_bytes_) + " bytes");
  }
  stage_ = Stage::body;
  return true;
}

bool RequestParser::parse_body(std::string_view input) {
  if (input.size() < position_ + length_ + 2) {
    return false;
  }
  if (input.substr(position_ + length_, 2) != "\r\n") {
    return fail("Protocol error: expected CRLF behind a bulk string");
  }
  ranges_.emplace_back(position_, length_);
  position_ += length_ + 2;
  return true;
}

// A type byte and a number, up to CRLF.
bool RequestParser::take_header(std::string_view input, const char* too_long,
                                std::string_view* line) {
  const std::size_t end = input.find('\r', position_);
  if (end == std::string_view::npos ? input.size() - position_ > kMaxLineBytes
                                    : end - position_ > kMaxLineBytes) {
    return fail(too_long);
  }
  if (end == std::string_view::npos || end + 1 >= input.size()) {
    return false;
  }
  if (input[end + 1] != '\n') {
    return fail("Protocol error: expected CRLF behind a length");
  }
  *line = input.substr(position_ + 1, end - position_ - 1);
  position_ = end + 2;
  return true;
}

bool RequestParser::parse_line(std::string_view input) {
  const std::size_t end = input.find('\n');
  if (std::min(end, input.size()) > kMaxLineBytes) {
    return fail("Protocol error: too big inline request");
  }
  if (end == std::string_view::npos) {
    return false;
  }
  std::string_view line = input.substr(0, end);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  if (!split_words(line, &words_)) {
    return fail("Protocol error: unbalanced quotes in request");
  }
  position_ = end + 1;
  return true;
}

void RequestParser::refer(std::string_view input) {
  arguments_.clear();
  if (kind_ == Kind::line) {
    arguments_.assign(words_.begin(), words_.end());
    return;
  }
  arguments_.reserve(ranges_.size());
  for (const auto& [offset, length] : ranges_) {
    arguments_.push_back(input.substr(offset, length));
  }
}

bool RequestParser::fail(std::string sentence) {
  stage_ = Stage::failed;
  error_ = std::move(sentence);
  return false;
}

std::size_t RequestParser::memory() const {
  return ranges_.capacity() * sizeof(ranges_[0]) + arguments_.capacity() * sizeof(arguments_[0]) +
         words_.capacity() * sizeof(words_[0]);
}

void RequestParser::reset() {
  kind_ = Kind::unknown;
  stage_ = Stage::start;
  position_ = 0;
  missing_ = 0;
  clear(&ranges_);
  clear(&words_);
  clear(&arguments_);
  error_.clear();
}

void append_request(Arguments arguments, std::string* out) {
  *out += '*' + std::to_string(arguments.size()) + "\r\n";
  for (const std::string_view argument : arguments) {
    *out += '$' + std::to_string(argument.size()) + "\r\n";
    *out += argument;
    *out += "\r\n";
  }
}

}  // namespace decree::kv
