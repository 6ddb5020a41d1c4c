// Which faults have met which stages of a replica.
#ifndef DECREE_SIM_COVERAGE_H_
#define DECREE_SIM_COVERAGE_H_

#include <array>
#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "sim/plan.h"

namespace decree::sim {

/// Counts, added up over runs.
class Coverage {
 public:
  void count(FaultKind kind, Stage stage) {
    ++counts_.at(static_cast<std::size_t>(kind)).at(static_cast<std::size_t>(stage));
  }
  Coverage& operator+=(const Coverage& other);

  /// All counts as words, for another process.
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static Coverage decode(std::istream& words);

  /// A table of faults by stages, for people.
  [[nodiscard]] std::string print() const;
  /// The cells that can be met and were not.
  [[nodiscard]] std::vector<std::string> gaps() const;

 private:
  std::array<std::array<std::uint64_t, kStages>, kFaultKinds> counts_{};
};

}  // namespace decree::sim

#endif  // DECREE_SIM_COVERAGE_H_
