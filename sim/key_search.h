// The search for a linearization of what happened to one key.
#ifndef DECREE_SIM_KEY_SEARCH_H_
#define DECREE_SIM_KEY_SEARCH_H_

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "sim/configuration_set.h"
#include "sim/history.h"
#include "sim/linearizability.h"

namespace decree::sim {

/// Lowe, "Testing for linearizability" (2017), section 4: just-in-time linearization. Walks the
/// history in time order and keeps every configuration that explains it so far; an operation is
/// made to take effect as late as possible, when it returns, together with whatever pending ones
/// are needed before it. Breadth first, so that a history with many unknown operations does not
/// make it go back and back again.
class KeySearch {
 public:
  /// The operations must outlive the search.
  explicit KeySearch(std::vector<const Operation*> operations);

  Linearizability run();

 private:
  struct Event {
    std::int64_t at_ns;
    bool returns;
    std::size_t operation;
  };
  struct Unknown {
    const Operation* operation;
    std::optional<std::size_t> same_before;  // an earlier one that does just the same
  };
  struct Effect {  // one element of an order, in a chain back to the first
    const Operation* operation;
    std::size_t before;
  };

  void drop_what_cannot_matter();
  void make_events();
  void invoke(const Operation& operation, std::size_t index);
  bool finish(std::size_t index);
  void expand(const Configuration& from, std::size_t seat, ConfigurationSet& seen);
  void consider(const Configuration& from, const Operation& operation, std::size_t seat,
                std::optional<std::size_t> unknown, std::optional<std::size_t> taken_seat,
                ConfigurationSet& seen);
  void let_reads_take_effect(Configuration& configuration);
  [[nodiscard]] bool hopeless(const Configuration& configuration) const;
  std::size_t record(const Operation& operation, std::size_t before);
  std::size_t free_seat(const Operation& operation) const;
  Linearizability failure(Linearizability::Kind kind, const Operation& at,
                          std::size_t prefix) const;
  [[nodiscard]] std::string order_before_failure() const;
  [[nodiscard]] std::string concurrent_with(const Operation& at) const;

  std::vector<const Operation*> operations_;
  std::vector<Event> events_;
  bool only_grows_ = true;
  std::vector<const Operation*> seats_;  // pending done operations; null: free
  std::vector<std::size_t> seat_of_;     // by index in operations_
  std::vector<Unknown> unknown_;         // invoked so far
  std::deque<Effect> effects_;
  std::vector<Configuration> current_;
  std::deque<Configuration> frontier_;
  ConfigurationSet next_;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_KEY_SEARCH_H_
