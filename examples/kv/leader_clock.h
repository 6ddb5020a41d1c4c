// The clock that a leader stamps ticks with.
#ifndef DECREE_EXAMPLES_KV_LEADER_CLOCK_H_
#define DECREE_EXAMPLES_KV_LEADER_CLOCK_H_

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace decree::kv {

/// Milliseconds since 1970, read from the wall clock once, when leadership begins, so that the time
/// without a leader counts; from then on it goes at the rate of the steady clock, so that setting
/// the wall clock expires nothing. Never behind the replicated clock: a leader whose wall clock is
/// late goes on from where its predecessor was, and times to live keep their length.
class LeaderClock {
 public:
  /// `offset_ms` is added to the wall clock.
  explicit LeaderClock(std::int64_t offset_ms) : offset_ms_(offset_ms) {}

  void start(std::int64_t replicated_ms) {
    base_ms_ = std::max(replicated_ms, wall_ms() + offset_ms_);
    started_ = std::chrono::steady_clock::now();
  }

  /// Also goes on from `replicated_ms` if that has come to be ahead.
  std::int64_t now_ms(std::int64_t replicated_ms) {
    const std::int64_t now = base_ms_ + since_start_ms();
    if (now < replicated_ms) {
      base_ms_ += replicated_ms - now;
      return replicated_ms;
    }
    return now;
  }

 private:
  static std::int64_t wall_ms() {
    return to_ms(std::chrono::system_clock::now().time_since_epoch());
  }
  [[nodiscard]] std::int64_t since_start_ms() const {
    return to_ms(std::chrono::steady_clock::now() - started_);
  }
  static std::int64_t to_ms(auto duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  }

  std::int64_t offset_ms_;
  std::int64_t base_ms_ = 0;
  std::chrono::steady_clock::time_point started_{};
};

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_LEADER_CLOCK_H_
