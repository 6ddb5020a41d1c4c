#include <optional>

#include "examples/kv/command.h"
#include "examples/kv/execute.h"
#include "examples/kv/integer.h"

namespace decree::kv::execute {
namespace {

void reply_value(Call& call, std::string_view key) {
  if (const std::string* value = call.keys.find(key)) {
    call.reply.bulk(*value);
  } else {
    call.reply.null();
  }
}

// A SET without options: the key expires no more.
void overwrite(Keyspace& keys, std::string_view key, std::string_view value) {
  keys.persist(key);
  keys.set(key, value);
}

void add(Call& call, std::int64_t increment) {
  const std::string_view key = call.arguments[1];
  const std::string* value = call.keys.find(key);
  const std::optional<std::int64_t> number =
      value ? parse_integer(*value) : std::optional<std::int64_t>(0);
  std::int64_t sum = 0;
  if (!number) {
    call.reply.error(kNotAnInteger);
  } else if (__builtin_add_overflow(*number, increment, &sum)) {
    call.reply.error("ERR increment or decrement would overflow");
  } else {
    call.keys.set(key, std::to_string(sum));
    call.reply.integer(sum);
  }
}

}  // namespace

void get(Call& call) { reply_value(call, call.arguments[1]); }

void setnx(Call& call) {
  const bool absent = call.keys.find(call.arguments[1]) == nullptr;
  if (absent) {
    call.keys.set(call.arguments[1], call.arguments[2]);
  }
  call.reply.integer(absent ? 1 : 0);
}

void getset(Call& call) {
  reply_value(call, call.arguments[1]);
  overwrite(call.keys, call.arguments[1], call.arguments[2]);
}

void getdel(Call& call) {
  reply_value(call, call.arguments[1]);
  call.keys.erase(call.arguments[1]);
}

void append(Call& call) {
  const std::string* value = call.keys.find(call.arguments[1]);
  const std::size_t size = (value ? value->size() : 0) + call.arguments[2].size();
  if (size > kMaxValueBytes) {
    call.reply.error("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    return;
  }
  call.keys.append(call.arguments[1], call.arguments[2]);
  call.reply.integer(static_cast<std::int64_t>(size));
}

void strlen(Call& call) {
  const std::string* value = call.keys.find(call.arguments[1]);
  call.reply.integer(value ? static_cast<std::int64_t>(value->size()) : 0);
}

void mget(Call& call) {
  call.reply.array(call.arguments.size() - 1);
  for (const std::string_view key : call.arguments.subspan(1)) {
    reply_value(call, key);
    if (call.reply.refuse_too_long()) {
      return;
    }
  }
}

void mset(Call& call) {
  if (call.arguments.size() % 2 == 0) {
    call.reply.error(wrong_arity("mset"));
    return;
  }
  for (std::size_t i = 1; i < call.arguments.size(); i += 2) {
    overwrite(call.keys, call.arguments[i], call.arguments[i + 1]);
  }
  call.reply.simple("OK");
}

void incr(Call& call) { add(call, 1); }
void decr(Call& call) { add(call, -1); }

void incrby(Call& call) {
  const std::optional<std::int64_t> increment = parse_integer(call.arguments[2]);
  if (!increment) {
    call.reply.error(kNotAnInteger);
    return;
  }
  add(call, *increment);
}

void decrby(Call& call) {
  const std::optional<std::int64_t> decrement = parse_integer(call.arguments[2]);
  std::int64_t increment = 0;
  if (!decrement) {
    call.reply.error(kNotAnInteger);
  } else if (__builtin_sub_overflow(std::int64_t{0}, *decrement, &increment)) {
    call.reply.error("ERR decrement would overflow");
  } else {
    add(call, increment);
  }
}

}  // namespace decree::kv::execute
