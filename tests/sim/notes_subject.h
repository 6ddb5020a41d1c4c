// The simplest state machine: it keeps what it was told.
#ifndef DECREE_TESTS_SIM_NOTES_SUBJECT_H_
#define DECREE_TESTS_SIM_NOTES_SUBJECT_H_

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "decree/sim.h"

namespace decree::sim {

/// Answers with the end of what it was told before.
class Notebook : public StateMachine {
 public:
  /// Called with each command before it is taken; it is left out if that returns false.
  using Filter = std::function<bool(const Entry&)>;
  explicit Notebook(Filter filter = {}) : filter_(std::move(filter)) {}

  void apply(const Entry& entry, Reply& reply) override {
    reply.assign(std::string_view(text_).substr(text_.size() - std::min(text_.size(), kShown)));
    if (!filter_ || filter_(entry)) text_ += entry.text();
  }
  std::unique_ptr<SnapshotView> snapshot() override { return std::make_unique<CopiedState>(text_); }
  void restore(SnapshotReader& reader) override { text_ = read_all(reader); }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  static constexpr std::size_t kShown = 20;

  Filter filter_;
  std::string text_;
};

/// Clients write single letters. Tests override what they want to be wrong.
class Notes : public Subject {
 public:
  [[nodiscard]] std::unique_ptr<StateMachine> make_machine() const override {
    return std::make_unique<Notebook>();
  }
  [[nodiscard]] std::string next_command(Random& random) const override {
    return std::string(1, static_cast<char>('a' + random.below(26)));
  }
  [[nodiscard]] std::string next_query(Random& /*random*/) const override { return "all"; }
  [[nodiscard]] std::string answer(StateMachine& machine,
                                   std::string_view /*query*/) const override {
    return static_cast<Notebook&>(machine).text();
  }
  [[nodiscard]] std::string state(const StateMachine& machine) const override {
    return static_cast<const Notebook&>(machine).text();
  }
};

}  // namespace decree::sim

#endif  // DECREE_TESTS_SIM_NOTES_SUBJECT_H_
