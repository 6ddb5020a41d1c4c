// The commands: their names, how many arguments they take, and what they do.
#ifndef DECREE_EXAMPLES_KV_COMMAND_H_
#define DECREE_EXAMPLES_KV_COMMAND_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "examples/kv/keyspace.h"
#include "examples/kv/reply_writer.h"
#include "examples/kv/request_parser.h"

namespace decree::kv {

/// No request, no value and hence no command to the engine is longer.
inline constexpr std::size_t kMaxCommandBytes = 2u << 20;
/// APPEND makes values no longer than what a SET could have made.
inline constexpr std::size_t kMaxValueBytes = kMaxCommandBytes - 4096;

enum class Kind {
  connection,  // concerns the client's connection or this server only
  write,       // is proposed, and executed when applied
  read,        // looks at the state; may be proposed too, to stand behind writes in the log
  query,     // looks at the state; its answer may be long or depend on this replica: never proposed
  internal,  // proposed by the server itself; clients do not know it
};

/// How long a reply can be.
enum class ReplySize {
  small,
  values,          // as long as the values of the keys that it names
  value_if_asked,  // likewise if there are more than 3 arguments
  many,            // depends on all keys
};

/// One execution of a command.
struct Call {
  Keyspace& keys;
  Arguments arguments;  // the name first
  std::int64_t now_ms;  // for TTL and PTTL only
  ReplyWriter& reply;
};

struct Command {
  std::string_view name;  // lower case
  int arity;              // with the name; negative: at least so many
  Kind kind;
  void (*run)(Call&);  // null for Kind::connection; writes one reply
  ReplySize reply_size;
  int first_key;  // 0: none
  int last_key;   // negative: counted from the end
  int key_step;
  bool grows;  // may take memory: refused when the store is full

  [[nodiscard]] bool accepts(std::size_t arguments) const;
};

/// Every command, in no order.
std::span<const Command> all_commands();

/// By name in any case; null if there is none.
const Command* find_command(std::string_view name);

/// The sentences of Redis for a name that is none, and for too few or too many arguments.
std::string unknown_command(Arguments arguments);
std::string wrong_arity(std::string_view name);

/// The name of the command that moves the clock; its one argument is the leader's time.
inline constexpr std::string_view kTickName = "decree.tick";

inline constexpr std::string_view kNotAnInteger = "ERR value is not an integer or out of range";
inline constexpr std::string_view kSyntaxError = "ERR syntax error";

std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
/// Ignores case; `lower` is in lower case.
bool is_word(std::string_view text, std::string_view lower);

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_COMMAND_H_
