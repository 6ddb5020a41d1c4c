#include <optional>

#include "examples/kv/command.h"
#include "examples/kv/execute.h"
#include "examples/kv/integer.h"
#include "examples/kv/time_to_live.h"

namespace decree::kv::execute {
namespace {

struct ExpireOptions {
  bool if_none = false;      // NX
  bool if_expiring = false;  // XX
};

// Writes the error and returns false if an option is wrong.
bool parse_options(Call& call, ExpireOptions* options) {
  for (const std::string_view option : call.arguments.subspan(3)) {
    if (is_word(option, "nx")) {
      options->if_none = true;
    } else if (is_word(option, "xx")) {
      options->if_expiring = true;
    } else {
      call.reply.error("ERR Unsupported option " + std::string(option));
      return false;
    }
  }
  if (options->if_none && options->if_expiring) {
    call.reply.error("ERR NX and XX, GT or LT options at the same time are not compatible");
    return false;
  }
  return true;
}

// A time that is not in the future deletes the key, as in Redis.
bool expire_key(Call& call, const ExpireOptions& options, std::int64_t time_to_live) {
  const std::string_view key = call.arguments[1];
  if (!call.keys.find(key)) {
    return false;
  }
  const bool expiring = call.keys.time_to_live(key, call.keys.clock_ms()).has_value();
  if (expiring ? options.if_none : options.if_expiring) {
    return false;
  }
  if (time_to_live <= 0) {
    call.keys.erase(key);
  } else {
    call.keys.expire(key, time_to_live);
  }
  return true;
}

void expire_in(Call& call, std::int64_t unit_ms, std::string_view name) {
  ExpireOptions options;
  if (!parse_options(call, &options)) {
    return;
  }
  const std::optional<std::int64_t> amount = parse_integer(call.arguments[2]);
  if (!amount) {
    call.reply.error(kNotAnInteger);
    return;
  }
  const auto time_to_live = time_to_live_ms(*amount, unit_ms);
  if (!time_to_live) {
    call.reply.error("ERR invalid expire time in '" + std::string(name) + "' command");
    return;
  }
  call.reply.integer(expire_key(call, options, *time_to_live) ? 1 : 0);
}

void reply_time_to_live(Call& call, std::int64_t unit_ms) {
  const std::string_view key = call.arguments[1];
  const auto left = call.keys.time_to_live(key, call.now_ms);
  if (left) {
    call.reply.integer((*left + unit_ms / 2) / unit_ms);
  } else {
    call.reply.integer(call.keys.find(key) ? -1 : -2);
  }
}

}  // namespace

void expire(Call& call) { expire_in(call, 1000, "expire"); }
void pexpire(Call& call) { expire_in(call, 1, "pexpire"); }
void persist(Call& call) { call.reply.integer(call.keys.persist(call.arguments[1]) ? 1 : 0); }
void ttl(Call& call) { reply_time_to_live(call, 1000); }
void pttl(Call& call) { reply_time_to_live(call, 1); }

void tick(Call& call) {
  const std::optional<std::int64_t> now_ms = parse_integer(call.arguments[1]);
  if (!now_ms) {
    call.reply.error(kNotAnInteger);
    return;
  }
  call.keys.tick(*now_ms);
  call.reply.simple("OK");
}

}  // namespace decree::kv::execute
