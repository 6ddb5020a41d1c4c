// Whether to look for completions a while before sleeping.
#ifndef DECREE_PROACTOR_POLLING_H_
#define DECREE_PROACTOR_POLLING_H_

#include <chrono>

namespace decree::proactor {

/// Waking a thread takes tens of microseconds; looking costs its processor. It pays where waits are
/// short and nobody else needs the processor, and both are measured. Times are of any steady clock.
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
  /// Between two looks: worth asking whether another thread ran meanwhile. On a virtual machine it
  /// is often the host.
  static bool suspicious(Time gap) { return gap > kSuspicious; }
  /// Another thread needed the processor: nobody looks for a while.
  void disturbed(Time now) { barred_until_ = now + kBarred; }

 private:
  static constexpr Time kSuspicious = std::chrono::microseconds(50);
  static constexpr Time kBarred = std::chrono::milliseconds(5);

  Time most_;
  Time last_wait_{0};
  Time barred_until_{0};
};

}  // namespace decree::proactor

#endif  // DECREE_PROACTOR_POLLING_H_
