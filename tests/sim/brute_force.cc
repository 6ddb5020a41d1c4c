#include "tests/sim/brute_force.h"

#include <vector>

namespace decree::sim {
namespace {

class BruteForce {
 public:
  explicit BruteForce(std::span<const Operation> history)
      : history_(history), placed_(history.size(), false) {}

  bool search(const Value& value) {
    bool all = true;
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (placed_[i] || history_[i].outcome == Outcome::failed) continue;
      all = all && history_[i].outcome == Outcome::unknown;
      if (must_wait(i)) continue;
      Value after;
      if (!answers(history_[i], value, after)) continue;
      placed_[i] = true;
      const bool found = search(after);
      placed_[i] = false;
      if (found) return true;
    }
    return all;
  }

 private:
  // Something that is still to be placed had returned before `i` was invoked.
  bool must_wait(std::size_t i) const {
    for (std::size_t j = 0; j < history_.size(); ++j) {
      if (!placed_[j] && history_[j].outcome == Outcome::done &&
          history_[j].returned_ns < history_[i].invoked_ns) {
        return true;
      }
    }
    return false;
  }

  static bool answers(const Operation& operation, const Value& before, Value& after) {
    const bool done = operation.outcome == Outcome::done;
    after = before;
    switch (operation.kind) {
      case OperationKind::get:
        return !done || operation.result == before;
      case OperationKind::set:
        after = operation.argument;
        return true;
      case OperationKind::getset:
        after = operation.argument;
        return !done || operation.result == before;
      case OperationKind::increment:
        after = std::to_string(std::stoll(before.value_or("0")) + 1);
        return !done || operation.result == after;
      case OperationKind::append:
        after = before.value_or("") + operation.argument;
        return !done || operation.result == std::to_string(after->size());
    }
    return false;
  }

  std::span<const Operation> history_;
  std::vector<bool> placed_;
};

}  // namespace

bool linearizable_by_brute_force(std::span<const Operation> history) {
  return BruteForce(history).search(std::nullopt);
}

}  // namespace decree::sim
