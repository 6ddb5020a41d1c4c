#include <optional>

#include "examples/kv/command.h"
#include "examples/kv/execute.h"
#include "examples/kv/integer.h"
#include "examples/kv/time_to_live.h"

namespace decree::kv::execute {
namespace {

struct SetOptions {
  bool if_absent = false;
  bool if_present = false;
  bool get = false;
  std::int64_t unit_ms = 0;  // 0: no time to live
  std::string_view amount;
};

bool take_expiry(Arguments arguments, std::size_t* at, std::int64_t unit_ms, SetOptions* options) {
  if (options->unit_ms != 0 || *at + 1 >= arguments.size()) {
    return false;
  }
  options->unit_ms = unit_ms;
  options->amount = arguments[++*at];
  return true;
}

// False on a syntax error.
bool parse_options(Arguments arguments, SetOptions* options) {
  for (std::size_t at = 3; at < arguments.size(); ++at) {
    bool good = true;
    if (is_word(arguments[at], "nx")) {
      options->if_absent = true;
    } else if (is_word(arguments[at], "xx")) {
      options->if_present = true;
    } else if (is_word(arguments[at], "get")) {
      options->get = true;
    } else if (is_word(arguments[at], "ex")) {
      good = take_expiry(arguments, &at, 1000, options);
    } else if (is_word(arguments[at], "px")) {
      good = take_expiry(arguments, &at, 1, options);
    } else {
      good = false;
    }
    if (!good || (options->if_absent && options->if_present)) {
      return false;
    }
  }
  return true;
}

// 0 if there is no time to live; nothing after an error has been written.
std::optional<std::int64_t> parse_expiry(Call& call, const SetOptions& options) {
  if (options.unit_ms == 0) {
    return 0;
  }
  const std::optional<std::int64_t> amount = parse_integer(options.amount);
  if (!amount) {
    call.reply.error(kNotAnInteger);
    return std::nullopt;
  }
  const auto result = time_to_live_ms(*amount, options.unit_ms);
  if (!result || *result <= 0) {
    call.reply.error("ERR invalid expire time in 'set' command");
    return std::nullopt;
  }
  return result;
}

void reply_old(Call& call, const std::string* old) {
  if (old) {
    call.reply.bulk(*old);
  } else {
    call.reply.null();
  }
}

}  // namespace

void set(Call& call) {
  SetOptions options;
  if (!parse_options(call.arguments, &options)) {
    call.reply.error(kSyntaxError);
    return;
  }
  const std::optional<std::int64_t> time_to_live = parse_expiry(call, options);
  if (!time_to_live) {
    return;
  }
  const std::string_view key = call.arguments[1];
  const std::string* old = call.keys.find(key);
  const bool happens = old ? !options.if_absent : !options.if_present;
  if (options.get) {
    reply_old(call, old);
  } else if (happens) {
    call.reply.simple("OK");
  } else {
    call.reply.null();
  }
  if (!happens) {
    return;
  }
  call.keys.persist(key);
  call.keys.set(key, call.arguments[2]);
  if (*time_to_live != 0) {
    call.keys.expire(key, *time_to_live);
  }
}

}  // namespace decree::kv::execute
