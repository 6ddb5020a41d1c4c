#include "sim/registers.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

#include "sim/linearizability.h"

namespace decree::sim {

namespace {

/// A command is a letter, a key of one letter and an argument.
enum Letter : char { kSet = 's', kAppend = 'a', kGetSet = 'g', kIncrement = 'i', kGet = 'r' };

std::string text_of(const Value& value) { return value ? "=" + *value : std::string("-"); }
Value value_of(std::string_view text) {
  return text.starts_with('=') ? Value(text.substr(1)) : std::nullopt;
}

class Machine final : public StateMachine {
 public:
  void apply(const Entry& entry, Reply& reply) override {
    const std::string_view text = entry.text();
    Value& value = values_[text.at(1)];
    const std::string_view argument = text.substr(2);
    switch (text.at(0)) {
      case kSet:
        value = argument;
        return reply.assign("-");
      case kGetSet:
        reply.assign(text_of(value));
        value = argument;
        return;
      case kIncrement:
        value = std::to_string(std::stoll(value.value_or("0")) + 1);
        return reply.assign(text_of(value));
      default:
        value = value.value_or("") + std::string(argument);
        return reply.assign("=" + std::to_string(value->size()));
    }
  }
  std::unique_ptr<SnapshotView> snapshot() override {
    std::string text;
    for (const auto& [key, value] : values_) {
      if (value) text += fmt::format("{}{} {}", key, value->size(), *value);
    }
    return std::make_unique<CopiedState>(text);
  }
  void restore(SnapshotReader& reader) override {
    values_.clear();
    const std::string text = read_all(reader);
    for (std::size_t at = 0; at < text.size();) {
      const char key = text[at];
      const std::size_t space = text.find(' ', at);
      const std::size_t size = std::stoul(text.substr(at + 1, space - at - 1));
      values_[key] = text.substr(space + 1, size);
      at = space + 1 + size;
    }
  }
  [[nodiscard]] Value get(char key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? std::nullopt : found->second;
  }
  [[nodiscard]] std::string print() const {
    std::string text;
    for (const auto& [key, value] : values_) text += fmt::format("{}{} ", key, text_of(value));
    return text;
  }

 private:
  std::map<char, Value> values_;
};

// Each kind of command has keys of its own where the checker needs it: numbers are only counted.
char text_key(Random& random) { return static_cast<char>('a' + random.below(6)); }
char number_key(Random& random) { return static_cast<char>('m' + random.below(2)); }

Operation operation_of(const Call& call) {
  Operation operation;
  const char letter = call.request.at(0);
  operation.kind = letter == kSet         ? OperationKind::set
                   : letter == kGetSet    ? OperationKind::getset
                   : letter == kIncrement ? OperationKind::increment
                   : letter == kAppend    ? OperationKind::append
                                          : OperationKind::get;
  operation.client = static_cast<int>(call.client);
  operation.key = call.request.substr(1, 1);
  operation.argument = call.request.substr(2);
  operation.outcome = call.outcome;
  operation.result = value_of(call.answer);
  operation.invoked_ns = call.invoked_ns;
  operation.returned_ns = call.returned_ns;
  return operation;
}

}  // namespace

std::unique_ptr<StateMachine> Registers::make_machine() const {
  return std::make_unique<Machine>();
}

std::string Registers::next_command(Random& random) const {
  const std::uint64_t draw = random.below(100);
  if (draw < 25) return fmt::format("{:c}{:c}", +kIncrement, number_key(random));
  const char letter = draw < 60 ? kSet : draw < 85 ? kAppend : kGetSet;
  const char key = text_key(random);
  std::string command = fmt::format("{:c}{:c}{:x}.", letter, key, random.below(1u << 24));
  if (letter != kAppend && random.chance(300'000)) command.append(random.below(800), 'x');
  return command;
}

std::string Registers::next_query(Random& random) const {
  const char key = random.chance(300'000) ? number_key(random) : text_key(random);
  return fmt::format("{:c}{:c}", +kGet, key);
}

std::string Registers::answer(StateMachine& machine, std::string_view query) const {
  return text_of(static_cast<Machine&>(machine).get(query.at(1)));
}

std::string Registers::state(const StateMachine& machine) const {
  return static_cast<const Machine&>(machine).print();
}

std::string Registers::judge(std::span<const Call> calls) const {
  std::vector<Operation> history;
  for (const Call& call : calls) history.push_back(operation_of(call));
  const Linearizability verdict = check_linearizable(history);
  return verdict.kind == Linearizability::Kind::not_linearizable ? verdict.diagnosis
                                                                 : std::string();
}

}  // namespace decree::sim
