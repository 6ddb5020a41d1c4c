// A replica's clock: runs at a rate of its own, and jumps when told to.
#ifndef DECREE_SIM_CLOCK_H_
#define DECREE_SIM_CLOCK_H_

#include <cstdint>
#include <functional>

#include "leases/clock.h"
#include "sim/timeline.h"

namespace decree::sim {

/// Readings follow from true time piecewise linearly. Survives crashes of its replica.
class Clock final : public leases::Clock {
 public:
  /// `reading` is what the clock shows now.
  Clock(const Timeline& timeline, Time reading)
      : timeline_(timeline), since_(timeline.now()), base_(reading) {}

  [[nodiscard]] Time now() const override {
    if (on_reading) on_reading();
    return at(timeline_.now());
  }
  [[nodiscard]] Time reference() const override { return timeline_.now(); }
  /// The first true time at which the clock shows `reading` or later, if nothing changes.
  [[nodiscard]] Time when(Time reading) const;

  void set_rate(std::int64_t error_ppm) {
    rebase();
    error_ppm_ = error_ppm;
  }
  void jump(Duration by) {
    rebase();
    base_ = base_ + by;
  }
  [[nodiscard]] std::int64_t rate_error_ppm() const { return error_ppm_; }
  [[nodiscard]] Time at(Time truth) const;

  /// Called before each reading by the replica: a place where it can be stopped.
  std::function<void()> on_reading;

 private:
  void rebase() {
    base_ = at(timeline_.now());
    since_ = timeline_.now();
  }

  const Timeline& timeline_;
  Time since_;  // true time
  Time base_;   // the reading at since_
  std::int64_t error_ppm_ = 0;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_CLOCK_H_
