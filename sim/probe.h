// The user's state machine, watched.
#ifndef DECREE_SIM_PROBE_H_
#define DECREE_SIM_PROBE_H_

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "decree/sim.h"
#include "sim/chronicle.h"

namespace decree::sim {

/// A command as it is proposed: its number, then the user's bytes.
inline std::string with_id(CommandId id, std::string_view bytes) {
  std::string text(sizeof id + bytes.size(), '\0');
  std::memcpy(text.data(), &id, sizeof id);
  bytes.copy(text.data() + sizeof id, bytes.size());
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
    CommandId command = 0;
    std::memcpy(&command, entry.bytes.data(), sizeof command);
    const Entry inner{entry.slot, entry.client, entry.bytes.subspan(sizeof command)};
    machine_->apply(inner, reply);
    chronicle_.applied(id_, entry.slot, command, inner.text(), reply.text());
  }
  [[nodiscard]] StateMachine& machine() { return *machine_; }

 private:
  ReplicaId id_;
  std::unique_ptr<StateMachine> machine_;
  Chronicle& chronicle_;
  std::function<void()> applying_;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_PROBE_H_
