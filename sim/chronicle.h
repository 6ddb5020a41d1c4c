// What the group has decided, as its replicas show it: one value a slot, the same everywhere.
#ifndef DECREE_SIM_CHRONICLE_H_
#define DECREE_SIM_CHRONICLE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "decree/sim.h"
#include "sim/verdict.h"

namespace decree::sim {

/// The number of a command, unique in a run: its first bytes in the log.
using CommandId = std::uint64_t;

/// Compares what each replica applies with what the first one did that applied it, and with one
/// machine of its own that applies the same commands and nothing else. A slot that was applied
/// anywhere is decided for ever; no replica may forget or change it.
class Chronicle {
 public:
  Chronicle(const Subject& subject, Verdict& verdict);

  /// Replica `id` applied a command.
  void applied(ReplicaId id, Slot slot, CommandId command, std::string_view bytes,
               std::string_view reply);
  /// Replica `id` has applied everything through `slot`, of which this is the rolling digest.
  void digest(ReplicaId id, Slot slot, std::uint64_t digest);
  /// Replica `id` has applied everything through `slot` and this is its machine's state.
  void state(ReplicaId id, Slot slot, const StateMachine& machine);

  /// Applies the commands of the slots after `from` through `to` to a machine.
  void replay(Slot from, Slot to, StateMachine& machine) const;
  /// Where the command was applied, or 0: nowhere yet.
  [[nodiscard]] Slot slot_of(CommandId command) const;
  [[nodiscard]] Slot end() const { return end_; }
  /// The reply of the machine that stands alone.
  [[nodiscard]] const std::string& reply_of(CommandId command) const;

 private:
  struct Decided {
    CommandId command = 0;
    std::string bytes;
    std::string reply;
  };

  const Subject& subject_;
  Verdict& verdict_;
  std::unique_ptr<StateMachine> alone_;
  std::map<std::uint64_t, Decided> slots_;  // commands only
  std::unordered_map<CommandId, Slot> by_command_;
  std::unordered_map<std::uint64_t, std::uint64_t> digests_;
  std::unordered_map<std::uint64_t, std::string> states_;  // where one was looked at
  Slot end_;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_CHRONICLE_H_
