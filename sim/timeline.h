// Virtual time and what is to happen in it.
#ifndef DECREE_SIM_TIMELINE_H_
#define DECREE_SIM_TIMELINE_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "leases/clock.h"

namespace decree::sim {

using leases::Duration;
using leases::kNever;
using leases::Time;

/// Actions by time; those of one moment in the order in which they were added.
class Timeline {
 public:
  using Action = std::function<void()>;

  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] Time next() const { return heap_.empty() ? kNever : heap_.front().when; }
  void advance(Time now) { now_ = std::max(now_, now); }

  void at(Time when, Action action) {
    heap_.push_back({std::max(when, now_), added_++, std::move(action)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  void after(Duration delay, Action action) { at(now_ + delay, std::move(action)); }

  /// Goes to the next action's time and does it.
  void run_next() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const Event event = std::move(heap_.back());
    heap_.pop_back();
    advance(event.when);
    event.action();
  }

 private:
  struct Event {
    Time when;
    std::uint64_t order = 0;
    Action action;
  };
  static bool later(const Event& a, const Event& b) {
    return a.when != b.when ? a.when > b.when : a.order > b.order;
  }

  Time now_{1'000'000'000};
  std::uint64_t added_ = 0;
  std::vector<Event> heap_;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_TIMELINE_H_
