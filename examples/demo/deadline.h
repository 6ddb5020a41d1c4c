// Waiting for something, never for a time: every wait names what it waits for and when to give up.
#ifndef DECREE_EXAMPLES_DEMO_DEADLINE_H_
#define DECREE_EXAMPLES_DEMO_DEADLINE_H_

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace decree::demo {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

inline Deadline after(Clock::duration wait) { return Clock::now() + wait; }

/// True once `events` (or an error) are pending on the descriptor; false at the deadline.
inline bool wait_for_events(int descriptor, short events, Deadline deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd wanted{descriptor, events, 0};
    const int ready =
        ::poll(&wanted, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000)));
    if (ready > 0) return true;
    if (ready == 0 && Clock::now() >= deadline) return false;
    if (ready < 0 && errno != EINTR) return false;
  }
}

/// True once `condition()` holds; false at the deadline, or when the descriptor becomes readable
/// first, which for a process's descriptor means that it ended. For states that can only be asked
/// for: asks again every few milliseconds.
template <typename Condition>
bool wait_until(Condition&& condition, int end_descriptor, Deadline deadline) {
  constexpr std::chrono::milliseconds kAgain{3};
  for (;;) {
    if (condition()) return true;
    if (Clock::now() >= deadline) return false;
    if (wait_for_events(end_descriptor, POLLIN, std::min(deadline, after(kAgain)))) return false;
  }
}

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_DEADLINE_H_
