// Whether a replica that lives is fit to lead: a leader is only as good as its slowest part.
#ifndef DECREE_LEASES_HEALTH_H_
#define DECREE_LEASES_HEALTH_H_

#include <cstdint>
#include <optional>

#include "leases/clock.h"
#include "leases/settings.h"
#include "paxos/record.h"

namespace decree::leases {

/// What makes a replica that answers a bad leader (Huang et al., "Gray Failure: The Achilles' Heel
/// of Cloud-Scale Systems").
enum class Impairment : std::uint8_t {
  none,
  log_stalled,  // writes are under way and none of them ends
  log_full,     // it cannot be given more room
  starved,      // as a leader it comes late with its heartbeats, again and again
  program,      // the program says so
  recovering,   // it gave up leading for one of these not long ago
};

/// One replica's judgement of itself. It is told of progress, not of time spent: a disk that is
/// busy with a snapshot goes on ending writes, one that stands still does not. Pure; one thread.
class Health {
 public:
  Health(const Settings& settings, Time now);

  /// Time and again: the log's oldest append that is not durable, if there is one.
  void log(std::optional<Lsn> oldest, Time now);
  void log_full(bool full) { log_full_ = full; }
  /// As a leader, whenever its timer asks for a heartbeat: it was due then. Late again and again
  /// means too little processor time; one long pause does not.
  void beat(Time due, Time now);
  void program(bool healthy) { program_healthy_ = healthy; }
  /// It led, was impaired and has handed over: whatever the cause was, it is not taken for healthy
  /// for a while, which doubles if that happens again soon. So a fault that they have in common
  /// moves replicas that hand over to each other less and less often.
  void handed_over(Time now);

  [[nodiscard]] Impairment impairment(Time now) const;

 private:
  [[nodiscard]] bool log_stalled(Time now) const;

  Settings settings_;
  std::optional<Lsn> oldest_;
  Time oldest_since_;
  bool log_full_ = false;
  bool program_healthy_ = true;
  // How late heartbeats came, in windows of `stall`.
  Time window_;
  Duration late_;
  bool starved_ = false;
  Duration back_off_;
  Time recovering_until_;
};

/// A clause about the replica, for logs and for Status; empty for none.
const char* describe(Impairment impairment);

}  // namespace decree::leases

#endif  // DECREE_LEASES_HEALTH_H_
