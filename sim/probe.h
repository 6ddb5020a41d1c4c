// The user's state machine, watched.
#ifndef DECREE_SIM_PROBE_H_
#define DECREE_SIM_PROBE_H_

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "decree/sim.h"
#include "sim/chronicle.h"

namespace decree::sim {

/// What stands in front of the user's bytes; behind them comes padding, for runs with large
/// commands.
struct CommandHead {
  CommandId id = 0;
  std::uint64_t bytes = 0;
};

/// A command as it is proposed.
inline std::string pack(CommandId id, std::string_view bytes, std::size_t padding) {
  const CommandHead head{id, bytes.size()};
  std::string text(sizeof head + bytes.size() + padding, '\0');
  std::memcpy(text.data(), &head, sizeof head);
  bytes.copy(text.data() + sizeof head, bytes.size());
  return text;
}

/// One life of one replica's machine.
class Probe final : public StateMachine {
 public:
  /// `applying` is called before each command: a place where the replica can be stopped or slow.
  Probe(ReplicaId id, std::unique_ptr<StateMachine> machine, Chronicle& chronicle,
        std::function<void()> applying)
      : id_(id),
        machine_(std::move(machine)),
        chronicle_(chronicle),
        applying_(std::move(applying)) {}

  void apply(const Entry& entry, Reply& reply) override {
    applying_();
    CommandHead head;
    std::memcpy(&head, entry.bytes.data(), sizeof head);
    const Entry inner{entry.slot, entry.client, entry.bytes.subspan(sizeof head, head.bytes)};
    machine_->apply(inner, reply);
    chronicle_.applied(id_, entry.slot, head.id, inner.text(), reply.text());
  }
  std::unique_ptr<SnapshotView> snapshot() override { return machine_->snapshot(); }
  void restore(SnapshotReader& reader) override { machine_->restore(reader); }
  [[nodiscard]] StateMachine& machine() { return *machine_; }

 private:
  ReplicaId id_;
  std::unique_ptr<StateMachine> machine_;
  Chronicle& chronicle_;
  std::function<void()> applying_;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_PROBE_H_
