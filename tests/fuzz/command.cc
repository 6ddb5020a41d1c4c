// Any requests, executed by two replicas of the key-value store that differ in their order in
// memory: each writes exactly one reply, the same one, and the states are equal.
#include <charconv>
#include <string>

#include "examples/kv/command.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"

namespace decree::kv {
namespace {

/// Takes a number and its line end off the text; -2 if there is none.
std::int64_t take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  if (error != std::errc{} || !text.starts_with("\r\n")) return -2;
  text.remove_prefix(2);
  return number;
}

/// Takes one reply off the text; false if it does not begin with one.
bool take_reply(std::string_view& text) {
  if (text.empty()) return false;
  const char type = text.front();
  text.remove_prefix(1);
  if (type == '+' || type == '-') {
    const std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 2);
    return true;
  }
  const std::int64_t number = take_number(text);
  if (type == ':') return number != -2 || text.empty();
  if (number < -1) return false;
  if (type == '*') {
    for (std::int64_t i = 0; i < number; ++i) {
      if (!take_reply(text)) return false;
    }
    return true;
  }
  if (type != '$' || number < 0) return type == '$';
  const auto size = static_cast<std::size_t>(number);
  if (text.size() < size + 2 || text.substr(size, 2) != "\r\n") return false;
  text.remove_prefix(size + 2);
  return true;
}

std::string reply_of(const Command& command, Arguments arguments, Keyspace& keys) {
  std::string reply;
  ReplyWriter writer(&reply);
  Call call{keys, arguments, keys.clock_ms(), writer};
  command.run(call);
  std::string_view rest = reply;
  require(take_reply(rest) && rest.empty(), "not exactly one reply: " + reply);
  return reply;
}

void check_states(const Keyspace& first, const Keyspace& second) {
  require(first.hash() == second.hash() && first.size() == second.size() &&
              first.bytes() == second.bytes() && first.expiring() == second.expiring() &&
              first.next_due() == second.next_due(),
          "two states");
  std::size_t keys = 0;
  first.for_each([&](const Keyspace::Entry& entry) {
    ++keys;
    const std::string* value = second.find(entry.key);
    require(value != nullptr && *value == entry.value, "two values of a key");
  });
  require(keys == first.size(), "keys that are not counted");
}

void run(std::string_view text) {
  RequestParser parser(kMaxCommandBytes);
  Keyspace first(1);
  Keyspace second(2);
  while (parser.parse(text) == RequestParser::Result::complete) {
    const Arguments arguments = parser.arguments();
    const Command* command = arguments.empty() ? nullptr : find_command(arguments[0]);
    if (command != nullptr && command->run != nullptr && command->accepts(arguments.size())) {
      const std::string reply = reply_of(*command, arguments, first);
      const bool ordered = command->reply_size == ReplySize::many;  // as the keys are in memory
      require(reply_of(*command, arguments, second) == reply || ordered, "two replies: " + reply);
    }
    text.remove_prefix(parser.consumed());
    parser.reset();
  }
  check_states(first, second);
}

}  // namespace
}  // namespace decree::kv

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = decree::Input(data, size).rest();
  decree::kv::run({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return 0;
}
