// Decides on the leader when keys expire.
#ifndef DECREE_EXAMPLES_KV_EXPIRER_H_
#define DECREE_EXAMPLES_KV_EXPIRER_H_

#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>

#include "decree/replica.h"
#include "examples/kv/leader_clock.h"
#include "examples/kv/machine.h"

namespace decree::kv {

/// While its replica leads, proposes ticks (see keyspace.h): at once when a key waits for its
/// expiry to be fixed, when a key is due, and every 10 seconds while there are keys that expire, so
/// that replicas that were away tell times to live well. Otherwise none: an idle store writes
/// nothing. A tick of a leader that was deposed meanwhile does no harm, the clock never goes back.
///
/// A read at the leader never shows a key that is due (settle()). At a follower it may do so for as
/// long as the tick takes to be chosen.
///
/// All calls on the engine's thread. `replica` and `machine` must outlive it; destroyed after
/// the replica was closed.
class Expirer {
 public:
  Expirer(Replica& replica, Machine& machine, std::int64_t clock_offset_ms);

  void start();
  void stop();

  /// True if a key is due here, at the leader, that no applied tick has removed. The tick has been
  /// proposed then: what is proposed now stands behind it.
  bool settle();

 private:
  void follow_leadership(const LeadershipEvent& event);
  void lead();
  void look_again();
  void schedule_tick();
  void propose_tick();
  void ticked(boost::system::error_code error);
  void arm_for_next_due();
  void arm(std::int64_t wake_ms);
  [[nodiscard]] bool tick_is_needed();
  std::int64_t now_ms() { return clock_.now_ms(machine_.keys().clock_ms()); }

  Replica& replica_;
  Machine& machine_;
  LeaderClock clock_;
  boost::asio::steady_timer timer_;
  bool leading_ = false;
  bool scheduled_ = false;        // propose_tick() has been posted
  std::uint64_t in_flight_ = 0;   // ticks that were proposed and not answered
  std::int64_t proposed_ms_ = 0;  // the newest of them
  std::int64_t armed_ms_ = 0;     // when the timer fires, on our clock; 0: it does not
};

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_EXPIRER_H_
