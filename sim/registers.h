// The state machine that decree-sim simulates: a few string registers, as in Redis.
#ifndef DECREE_SIM_REGISTERS_H_
#define DECREE_SIM_REGISTERS_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "decree/sim.h"

namespace decree::sim {

/// What clients see is judged by a linearizability checker that knows nothing of replicas.
class Registers final : public Subject {
 public:
  [[nodiscard]] std::unique_ptr<StateMachine> make_machine() const override;
  [[nodiscard]] std::string next_command(Random& random) const override;
  [[nodiscard]] std::string next_query(Random& random) const override;
  [[nodiscard]] std::string answer(StateMachine& machine, std::string_view query) const override;
  [[nodiscard]] std::string state(const StateMachine& machine) const override;
  [[nodiscard]] std::string judge(std::span<const Call> calls) const override;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_REGISTERS_H_
