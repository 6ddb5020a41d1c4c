// Work that one replica at a time does: when to begin it, and when to stop.
#ifndef DECREE_LEADERSHIP_H_
#define DECREE_LEADERSHIP_H_

#include <memory>
#include <optional>
#include <stop_token>

#include "decree/types.h"

namespace decree {

class Replica;

/// Waits, on threads of the program, until this replica leads, and tells their work to stop when
/// that is in doubt or over:
///
///     while (const auto term = leadership.wait(shutdown)) {
///       while (!term->stop.stop_requested() && replica.holds_lease()) step(term->token);
///     }
///
/// The signal comes from the engine's thread and so it cannot come while that thread does not run:
/// a process that was paused, or a host that ran out of processors, wakes in the middle of a step,
/// before the engine does. Hence the second look, Replica::holds_lease(), which any thread may take
/// and which reads the clock; and since a pause may just as well come right behind that look,
/// neither is a proof to anybody else: what a step changes outside the group needs the token and a
/// Fence (decree/fencing.h).
///
/// Leadership that is not in doubt is leadership with a lease; with a lease_us of 0 there is
/// none and nothing to wait for. All member functions may be called from any thread.
class Leadership {
 public:
  /// Takes the place of the handler of Replica::on_leadership, and leaves none. `replica` must
  /// outlive this and stay where it is.
  explicit Leadership(Replica& replica);
  /// As if leadership ended. No thread may be in wait().
  ~Leadership();
  Leadership(const Leadership&) = delete;
  Leadership& operator=(const Leadership&) = delete;

  /// A time of leadership that was in no doubt.
  struct Term {
    /// Of the leadership: that of the event `started`. When the doubt is over another term begins
    /// with the same token, so let the work of one end before that of the next begins.
    Token token;
    /// Stop is requested when leadership is in doubt or ended, by then or soon after, also by
    /// Replica::close(). Callbacks run on the engine's thread: they must not block.
    std::stop_token stop;
  };

  /// Returns when this replica leads and holds its lease, at once if it does already; none once
  /// `give_up` is requested, which is the only other way out.
  [[nodiscard]] std::optional<Term> wait(std::stop_token give_up);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace decree

#endif  // DECREE_LEADERSHIP_H_
