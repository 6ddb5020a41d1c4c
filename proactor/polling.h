// Whether to look for completions a while before sleeping.
#ifndef DECREE_PROACTOR_POLLING_H_
#define DECREE_PROACTOR_POLLING_H_

#include <algorithm>
#include <chrono>

namespace decree::proactor {

/// Spin, then block (Karlin, Li, Manasse and Owicki, "Empirical Studies of Competitive Spinning for
/// a Shared-Memory Multiprocessor", 1991). Waking a thread takes tens of microseconds; looking
/// costs its processor. It pays where waits are short and nobody computes on the same processor,
/// and both are measured. Times are of any steady clock.
class Polling {
 public:
  using Time = std::chrono::nanoseconds;

  /// Looks for `most` at most in one wait; 0: never.
  explicit Polling(Time most) : most_(most) {}

  [[nodiscard]] bool enabled() const { return most_ > Time::zero(); }
  [[nodiscard]] Time most() const { return most_; }
  [[nodiscard]] bool pays(Time now) const {
    return enabled() && last_wait_ <= most_ && now >= barred_until_;
  }
  void waited(Time took) { last_wait_ = took; }

  /// Between two looks, of which the first yielded: threads that look as well give the processor
  /// back in microseconds, and so do those that wake up for an event. Whoever kept it for longer
  /// computes, and has a time slice whenever it is offered one.
  static bool is_time_slice(Time gap) { return gap > kLeastSlice; }
  /// There is less of the processor than is needed, for other threads or by a quota: nobody looks
  /// for ten times what that took, and for twice as long as before if it is still so.
  void crowded_out(Time now, Time gap) {
    const bool still = now < barred_until_ + barred_;
    barred_ = std::min(std::max(10 * gap, still ? 2 * barred_ : Time::zero()), kMostBarred);
    barred_until_ = now + barred_;
  }

 private:
  static constexpr Time kLeastSlice = std::chrono::milliseconds(1);
  static constexpr Time kMostBarred = std::chrono::seconds(1);

  Time most_;
  Time last_wait_{0};
  Time barred_{0};
  Time barred_until_{0};
};

}  // namespace decree::proactor

#endif  // DECREE_PROACTOR_POLLING_H_
