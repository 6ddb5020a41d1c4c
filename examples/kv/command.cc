#include "examples/kv/command.h"

#include <algorithm>
#include <unordered_map>

#include "examples/kv/execute.h"

namespace decree::kv {
namespace {

using enum Kind;
constexpr auto kSmall = ReplySize::small;
constexpr auto kValues = ReplySize::values;
constexpr auto kIfAsked = ReplySize::value_if_asked;
constexpr auto kMany = ReplySize::many;

constexpr Command kCommands[] = {
    {"ping", -1, connection, nullptr, kSmall, 0, 0, 0, false},
    {"echo", 2, connection, nullptr, kSmall, 0, 0, 0, false},
    {"select", 2, connection, nullptr, kSmall, 0, 0, 0, false},
    {"hello", -1, connection, nullptr, kSmall, 0, 0, 0, false},
    {"quit", -1, connection, nullptr, kSmall, 0, 0, 0, false},
    {"client", -2, connection, nullptr, kSmall, 0, 0, 0, false},
    {"config", -2, connection, nullptr, kSmall, 0, 0, 0, false},
    {"command", -1, connection, nullptr, kSmall, 0, 0, 0, false},
    {"info", -1, connection, nullptr, kSmall, 0, 0, 0, false},
    {"failover", -1, connection, nullptr, kSmall, 0, 0, 0, false},
    {"readonly", 1, connection, nullptr, kSmall, 0, 0, 0, false},
    {"readwrite", 1, connection, nullptr, kSmall, 0, 0, 0, false},
    {"get", 2, read, execute::get, kValues, 1, 1, 1, false},
    {"strlen", 2, read, execute::strlen, kSmall, 1, 1, 1, false},
    {"exists", -2, read, execute::exists, kSmall, 1, -1, 1, false},
    {"type", 2, read, execute::type, kSmall, 1, 1, 1, false},
    {"mget", -2, query, execute::mget, kValues, 1, -1, 1, false},
    {"ttl", 2, query, execute::ttl, kSmall, 1, 1, 1, false},
    {"pttl", 2, query, execute::pttl, kSmall, 1, 1, 1, false},
    {"keys", 2, query, execute::keys, kMany, 0, 0, 0, false},
    {"scan", -2, query, execute::scan, kMany, 0, 0, 0, false},
    {"dbsize", 1, query, execute::dbsize, kSmall, 0, 0, 0, false},
    {"set", -3, write, execute::set, kIfAsked, 1, 1, 1, true},
    {"setnx", 3, write, execute::setnx, kSmall, 1, 1, 1, true},
    {"getset", 3, write, execute::getset, kValues, 1, 1, 1, true},
    {"getdel", 2, write, execute::getdel, kValues, 1, 1, 1, false},
    {"del", -2, write, execute::del, kSmall, 1, -1, 1, false},
    {"incr", 2, write, execute::incr, kSmall, 1, 1, 1, true},
    {"decr", 2, write, execute::decr, kSmall, 1, 1, 1, true},
    {"incrby", 3, write, execute::incrby, kSmall, 1, 1, 1, true},
    {"decrby", 3, write, execute::decrby, kSmall, 1, 1, 1, true},
    {"append", 3, write, execute::append, kSmall, 1, 1, 1, true},
    {"mset", -3, write, execute::mset, kSmall, 1, -1, 2, true},
    {"expire", -3, write, execute::expire, kSmall, 1, 1, 1, false},
    {"pexpire", -3, write, execute::pexpire, kSmall, 1, 1, 1, false},
    {"persist", 2, write, execute::persist, kSmall, 1, 1, 1, false},
    {"flushall", -1, write, execute::flushall, kSmall, 0, 0, 0, false},
    {kTickName, 2, internal, execute::tick, kSmall, 0, 0, 0, false},
};

constexpr std::size_t kMaxNameBytes = 16;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

std::string to_lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

std::string to_upper(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), upper);
  return result;
}

bool is_word(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [](char a, char b) { return lower(a) == b; });
}

bool Command::accepts(std::size_t arguments) const {
  const auto count = static_cast<std::int64_t>(arguments);
  return arity > 0 ? count == arity : count >= -arity;
}

std::span<const Command> all_commands() { return kCommands; }

const Command* find_command(std::string_view name) {
  static const std::unordered_map<std::string_view, const Command*> table = [] {
    std::unordered_map<std::string_view, const Command*> map;
    for (const Command& command : kCommands) {
      map.emplace(command.name, &command);
    }
    return map;
  }();
  if (name.size() > kMaxNameBytes) {
    return nullptr;
  }
  char buffer[kMaxNameBytes];
  std::transform(name.begin(), name.end(), buffer, lower);
  const auto found = table.find(std::string_view(buffer, name.size()));
  return found == table.end() ? nullptr : found->second;
}

std::string unknown_command(Arguments arguments) {
  constexpr std::size_t kShown = 128;
  std::string shown;
  for (const std::string_view argument : arguments.subspan(1)) {
    if (shown.size() >= kShown) {
      break;
    }
    shown += '\'' + std::string(argument.substr(0, kShown - shown.size())) + "' ";
  }
  return "ERR unknown command '" + std::string(arguments[0].substr(0, kShown)) +
         "', with args beginning with: " + shown;
}

std::string wrong_arity(std::string_view name) {
  return "ERR wrong number of arguments for '" + std::string(name) + "' command";
}

}  // namespace decree::kv
