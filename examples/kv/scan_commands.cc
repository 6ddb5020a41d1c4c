#include <charconv>
#include <limits>
#include <optional>
#include <vector>

#include "examples/kv/command.h"
#include "examples/kv/execute.h"
#include "examples/kv/glob.h"
#include "examples/kv/integer.h"

namespace decree::kv::execute {
namespace {

struct ScanOptions {
  std::uint64_t cursor = 0;
  std::size_t count = 10;
  std::string_view pattern = "*";
  bool strings = true;  // no other type exists
};

void reply_keys(Call& call, const std::vector<std::string_view>& found) {
  call.reply.array(found.size());
  for (const std::string_view key : found) {
    call.reply.bulk(key);
    if (call.reply.refuse_too_long()) {
      return;
    }
  }
}

bool parse_cursor(std::string_view text, std::uint64_t* cursor) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *cursor);
  return error == std::errc{} && stop == end;
}

// Writes the error and returns false if the option is wrong.
bool take_option(Call& call, std::string_view name, std::string_view value, ScanOptions* options) {
  if (is_word(name, "match")) {
    options->pattern = value;
    return true;
  }
  if (is_word(name, "type")) {
    options->strings = is_word(value, "string");
    return true;
  }
  if (!is_word(name, "count")) {
    call.reply.error(kSyntaxError);
    return false;
  }
  const std::optional<std::int64_t> count = parse_integer(value);
  if (!count || *count < 1) {
    call.reply.error(count ? kSyntaxError : kNotAnInteger);
    return false;
  }
  options->count = static_cast<std::size_t>(*count);
  return true;
}

bool parse_options(Call& call, ScanOptions* options) {
  if (!parse_cursor(call.arguments[1], &options->cursor)) {
    call.reply.error("ERR invalid cursor");
    return false;
  }
  for (std::size_t at = 2; at < call.arguments.size(); at += 2) {
    if (at + 1 == call.arguments.size()) {
      call.reply.error(kSyntaxError);
      return false;
    }
    if (!take_option(call, call.arguments[at], call.arguments[at + 1], options)) {
      return false;
    }
  }
  return true;
}

}  // namespace

void keys(Call& call) {
  std::vector<std::string_view> found;
  call.keys.scan(0, std::numeric_limits<std::size_t>::max(), [&](std::string_view key) {
    if (glob_match(call.arguments[1], key)) {
      found.push_back(key);
    }
  });
  reply_keys(call, found);
}

void scan(Call& call) {
  ScanOptions options;
  if (!parse_options(call, &options)) {
    return;
  }
  std::vector<std::string_view> found;
  const std::uint64_t next =
      call.keys.scan(options.cursor, options.count, [&](std::string_view key) {
        if (options.strings && glob_match(options.pattern, key)) {
          found.push_back(key);
        }
      });
  call.reply.array(2);
  call.reply.bulk(std::to_string(next));
  reply_keys(call, found);
}

}  // namespace decree::kv::execute
