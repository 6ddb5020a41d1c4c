#include "examples/kv/command_list.h"

#include <vector>

namespace decree::kv {
namespace {

std::vector<const Command*> public_commands() {
  std::vector<const Command*> commands;
  for (const Command& command : all_commands()) {
    if (command.kind != Kind::internal) {
      commands.push_back(&command);
    }
  }
  return commands;
}

std::string_view flag_of(const Command& command) {
  switch (command.kind) {
    case Kind::write:
      return "write";
    case Kind::read:
    case Kind::query:
      return "readonly";
    case Kind::connection:
    case Kind::internal:
      break;
  }
  return "fast";
}

void describe(const Command& command, ReplyWriter& reply) {
  reply.array(6);
  reply.bulk(command.name);
  reply.integer(command.arity);
  reply.array(1);
  reply.simple(flag_of(command));
  reply.integer(command.first_key);
  reply.integer(command.last_key);
  reply.integer(command.key_step);
}

}  // namespace

void list_commands(ReplyWriter& reply) {
  const std::vector<const Command*> commands = public_commands();
  reply.array(commands.size());
  for (const Command* command : commands) {
    describe(*command, reply);
  }
}

void count_commands(ReplyWriter& reply) {
  reply.integer(static_cast<std::int64_t>(public_commands().size()));
}

void describe_commands(Arguments names, ReplyWriter& reply) {
  if (names.empty()) {
    list_commands(reply);
    return;
  }
  reply.array(names.size());
  for (const std::string_view name : names) {
    const Command* command = find_command(name);
    if (command && command->kind != Kind::internal) {
      describe(*command, reply);
    } else {
      reply.null_array();
    }
  }
}

}  // namespace decree::kv
