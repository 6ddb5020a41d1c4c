// Whether a run is clean, and if not, what was seen first.
#ifndef DECREE_SIM_VERDICT_H_
#define DECREE_SIM_VERDICT_H_

#include <string>
#include <utility>

namespace decree::sim {

/// Remembers the first failure; what follows from it says nothing more.
class Verdict {
 public:
  void fail(std::string what) {
    if (what_.empty()) what_ = std::move(what);
  }
  [[nodiscard]] bool failed() const { return !what_.empty(); }
  [[nodiscard]] const std::string& what() const { return what_; }

 private:
  std::string what_;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_VERDICT_H_
