#include "examples/kv/machine.h"

#include "examples/kv/forked_view.h"

namespace decree::kv {

void Machine::apply(const Entry& entry, Reply& reply) {
  const std::uint64_t ticks = keys_.ticks();
  scratch_.clear();
  execute(entry, &scratch_);
  reply.assign(scratch_);
  if (keys_.ticks() != ticks) {
    ticked_at_ = std::chrono::steady_clock::now();
  }
  if (on_expiring_ && keys_.expiring() > 0) {
    on_expiring_();
  }
}

std::unique_ptr<SnapshotView> Machine::snapshot() { return fork_view(keys_); }

void Machine::restore(SnapshotReader& reader) {
  restore_view(reader, keys_);
  ticked_at_ = std::chrono::steady_clock::now();
  if (on_expiring_ && keys_.expiring() > 0) {
    on_expiring_();
  }
}

void Machine::execute(const Entry& entry, std::string* out) {
  ReplyWriter writer(out);
  parser_.reset();
  const auto result = parser_.parse(entry.text());
  const Arguments arguments = parser_.arguments();
  if (result != RequestParser::Result::complete || arguments.empty()) {
    writer.error("ERR a command in the log is no request");
    return;
  }
  const Command* command = find_command(arguments[0]);
  if (!command || !command->run) {
    writer.error(unknown_command(arguments));
  } else if (!command->accepts(arguments.size())) {
    writer.error(wrong_arity(command->name));
  } else {
    Call call{keys_, arguments, keys_.clock_ms(), writer};
    command->run(call);
  }
}

void Machine::look(const Command& command, Arguments arguments, std::string* out) {
  ReplyWriter writer(out);
  Call call{keys_, arguments, estimated_now_ms(), writer};
  command.run(call);
}

std::int64_t Machine::estimated_now_ms() const {
  if (keys_.ticks() == 0) {
    return keys_.clock_ms();
  }
  const auto since = std::chrono::steady_clock::now() - ticked_at_;
  return keys_.clock_ms() + std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

}  // namespace decree::kv
