#include "examples/kv/command.h"
#include "examples/kv/execute.h"

namespace decree::kv::execute {

void del(Call& call) {
  std::int64_t count = 0;
  for (const std::string_view key : call.arguments.subspan(1)) {
    count += call.keys.erase(key) ? 1 : 0;
  }
  call.reply.integer(count);
}

void exists(Call& call) {
  std::int64_t count = 0;
  for (const std::string_view key : call.arguments.subspan(1)) {
    count += call.keys.find(key) ? 1 : 0;
  }
  call.reply.integer(count);
}

void type(Call& call) { call.reply.simple(call.keys.find(call.arguments[1]) ? "string" : "none"); }

void dbsize(Call& call) { call.reply.integer(static_cast<std::int64_t>(call.keys.size())); }

void flushall(Call& call) {
  const bool known = call.arguments.size() == 1 ||
                     (call.arguments.size() == 2 &&
                      (is_word(call.arguments[1], "sync") || is_word(call.arguments[1], "async")));
  if (!known) {
    call.reply.error(kSyntaxError);
    return;
  }
  call.keys.clear();
  call.reply.simple("OK");
}

}  // namespace decree::kv::execute
