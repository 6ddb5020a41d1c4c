// What a seed stands for: the size of the group, its moods, and what happens when.
#ifndef DECREE_SIM_PLAN_H_
#define DECREE_SIM_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decree/options.h"
#include "decree/sim.h"
#include "sim/network.h"
#include "sim/site.h"
#include "sim/timeline.h"

namespace decree::sim {

enum class FaultKind : std::uint8_t {
  crash,          // power is lost between two turns
  crash_at_step,  // ... in the middle of a turn
  crash_opening,  // ... and again while the log is recovered
  crash_all,      // of all machines at once, or of all but one that is cut off
  restart,        // in order, with a hand-over
  pause,          // nothing runs, the clock goes on
  pause_at_step,  // ... in the middle of a turn
  starve,         // turns take far longer
  isolate,        // one replica from all
  split,          // two parts
  one_way,        // nothing passes from one replica to another
  hub,            // all reach one replica only
  chain,          // each reaches its neighbours only
  ring,           // the same, closed
  shift,          // one replica from all, and the leader from all in the moment that one is back
  reset,          // connections break
  clog,           // frames of one connection are late
  clock_rate,     // within rho
  clock_beyond,   // ... beyond it
  clock_jump,     // the clock is set
  clock_stands,   // the whole machine is paused, its clock too
  disk_slow,
  disk_stall,
  disk_full,
  write_error,   // one write fails
  read_error,    // reads fail for a while
  rot,           // durable blocks change
  wipe,          // the directory is emptied
  restore,       // ... or replaced by an old copy
  slow_machine,  // the state machine takes long
  overload,      // far more proposals than are taken
  transfer,      // the leader is asked to hand over
  lease_change,  // the group is asked to decide on other lease settings
};
inline constexpr std::size_t kFaultKinds = 33;
/// As far as an option may say that a clock errs.
inline constexpr std::uint32_t kMostRho = 300'000;
const char* name_of(FaultKind kind);

/// One fault. What is not said by its fields follows from `draw`.
struct Fault {
  FaultKind kind = FaultKind::crash;
  Duration at;  // since the run began
  Duration lasts;
  ReplicaId replica;          // whom it befalls, if `when` names no stage
  std::optional<Stage> when;  // waits until some replica is in this stage, and befalls that one
  std::uint64_t draw = 0;
};

/// Which changes of the group's settings a run about leases has.
enum class LeaseTheme : std::uint8_t {
  any,
  longer,       // to a T that is far longer than the first; who has applied it loses power
  smaller_rho,  // to the largest rho, then back while the one with the fast clock is cut off
};

const char* name_of(LeaseTheme theme);

struct Plan {
  std::uint64_t seed = 0;
  std::uint32_t replicas = 3;
  std::uint32_t clients = 4;
  Duration active;                   // how long faults happen and clients ask
  std::optional<Stage> ends_when;    // ... and until some replica is in this stage, or for long
  Duration think;                    // of a client between two requests, at most
  std::uint64_t session_ppm = 0;     // clients that use a session
  std::size_t padding_bytes = 0;     // of each command: large ones fill segments
  std::uint64_t read_ppm = 0;        // requests that are linearizable reads
  std::uint64_t local_read_ppm = 0;  // ... local reads
  NetworkMood network;
  DiskMood disk;
  Duration turn_cost;
  Duration scrub_pause;                 // behind each piece of a disk that is read for rot; 0: none
  std::uint32_t rounds = 0;             // 0: this run is not about leases
  LeaseTheme theme = LeaseTheme::any;   // of one that is
  std::optional<ReplicaId> comes_late;  // it does not found the group
  Options options;                      // but for what is a replica's own:
  std::vector<std::int64_t> clock_ppm;  // how much faster than the truth its clock is
  std::vector<LeaseSettings> lease;     // what its options say; the first leader's are decided on
  std::vector<Fault> faults;

  /// Nothing happens but what may bring two leases together.
  [[nodiscard]] bool about_leases() const { return rounds != 0; }
  [[nodiscard]] bool scrubs() const { return scrub_pause.ns != 0; }
};

/// What a run is asked to be. Zeros: the seed decides.
struct Shape {
  std::uint32_t replicas = 0;
  std::uint32_t clients = 0;
  Duration active;
  bool calm_network = false;
  bool calm_disk = false;
  std::vector<std::size_t> without;  // faults that are left out, by their place in the plan
};

[[nodiscard]] Plan draw_plan(std::uint64_t seed, const Shape& shape);
/// For people, several lines.
[[nodiscard]] std::string describe(const Plan& plan);

}  // namespace decree::sim

#endif  // DECREE_SIM_PLAN_H_
