#include "sim/chronicle.h"

#include <fmt/format.h>

#include <algorithm>

namespace decree::sim {

Chronicle::Chronicle(const Subject& subject, Verdict& verdict)
    : subject_(subject), verdict_(verdict), alone_(subject.make_machine()) {}

void Chronicle::applied(ReplicaId id, Slot slot, CommandId command, std::string_view bytes,
                        std::string_view reply) {
  const auto [place, first] = slots_.try_emplace(slot.value);
  Decided& decided = place->second;
  if (first) {
    if (slot <= end_) {
      verdict_.fail(
          fmt::format("replica {} applies a command in slot {}, where others applied none",
                      id.value, slot.value));
    }
    if (!by_command_.emplace(command, slot).second) {
      verdict_.fail(fmt::format("command {} is applied in slot {} and again in slot {}", command,
                                by_command_.at(command).value, slot.value));
    }
    Reply own;
    alone_->apply(Entry{slot, {}, std::as_bytes(std::span(bytes))}, own);
    decided = {command, std::string(bytes), std::string(own.text())};
    end_ = slot;
    if (const std::string problem = subject_.check(*alone_); !problem.empty()) {
      verdict_.fail(fmt::format("after slot {}: {}", slot.value, problem));
    }
  }
  if (decided.command != command || decided.bytes != bytes) {
    verdict_.fail(fmt::format("slot {} holds command {} at replica {}, and {} elsewhere",
                              slot.value, command, id.value, decided.command));
  } else if (decided.reply != reply) {
    verdict_.fail(fmt::format(
        "replica {} answers command {} in slot {} with \"{}\"; a machine that applies the same "
        "commands alone answers \"{}\"",
        id.value, command, slot.value, reply, decided.reply));
  }
}

void Chronicle::digest(ReplicaId id, Slot slot, std::uint64_t digest) {
  const auto [place, first] = digests_.try_emplace(slot.value, digest);
  end_ = std::max(end_, slot);
  if (place->second == digest) return;
  verdict_.fail(fmt::format("replica {} has applied other values through slot {} than another",
                            id.value, slot.value));
}

void Chronicle::state(ReplicaId id, Slot slot, const StateMachine& machine) {
  std::string state = subject_.state(machine);
  const auto [place, first] = states_.try_emplace(slot.value, state);
  if (place->second == state) return;
  verdict_.fail(fmt::format(
      "after slot {} the state of replica {} is\n  {}\nand of another that applied the same\n  {}",
      slot.value, id.value, state, place->second));
}

void Chronicle::replay(Slot from, Slot to, StateMachine& machine) const {
  const auto end = slots_.upper_bound(to.value);
  for (auto each = slots_.upper_bound(from.value); each != end; ++each) {
    const std::string& bytes = each->second.bytes;
    Reply reply;
    machine.apply(Entry{Slot{each->first}, {}, std::as_bytes(std::span(bytes))}, reply);
  }
}

Slot Chronicle::slot_of(CommandId command) const {
  const auto found = by_command_.find(command);
  return found == by_command_.end() ? Slot{} : found->second;
}

const std::string& Chronicle::reply_of(CommandId command) const {
  return slots_.at(slot_of(command).value).reply;
}

}  // namespace decree::sim
