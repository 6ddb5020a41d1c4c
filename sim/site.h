// One replica's machine: its clock, its disk, and the process that comes and goes.
#ifndef DECREE_SIM_SITE_H_
#define DECREE_SIM_SITE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "decree/options.h"
#include "decree/sim.h"
#include "replica/engine.h"
#include "sim/chronicle.h"
#include "sim/clock.h"
#include "sim/disk.h"
#include "sim/network.h"
#include "sim/probe.h"
#include "sim/timeline.h"
#include "sim/verdict.h"

namespace decree::sim {

/// What a replica is in the middle of, as faults and their coverage see it.
enum class Stage : std::uint8_t {
  down,
  opening,
  following,    // all that it has is durable
  writing,      // a follower whose log has writes under way
  catching_up,  // a follower that knows of chosen slots it lacks
  campaigning,  // phase 1
  waiting,      // a leader that waits for older leases
  leading,      // a leader without a lease
  leasing,      // a leader with one
  failed,       // its log has failed
};
inline constexpr std::size_t kStages = 10;
const char* name_of(Stage stage);

/// What all sites of a run share.
struct Surroundings {
  Timeline& timeline;
  Network& network;
  Chronicle& chronicle;
  Verdict& verdict;
  const Subject& subject;
  /// Lets the rest of the world run until then, in the middle of a site's turn.
  std::function<void(Time)> meanwhile;
  std::function<void(ReplicaId, const std::string&)> note;
  /// The calls that this life took will not be answered.
  std::function<void(ReplicaId, Life)> calls_lost;
};

class Site {
 public:
  Site(ReplicaId id, const Options& options, Surroundings& surroundings, Random random);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  // --- Its process.
  void start();
  /// `silently`: peers are not told by the kernel.
  void crash(CrashMode mode, bool silently);
  /// Never starts again.
  void retire();
  /// Hands over, answers, ends in order.
  void close();
  /// Up, and its log is open.
  [[nodiscard]] bool takes_part() const { return up() && !opening_; }
  [[nodiscard]] bool up() const { return engine_ != nullptr && !dying_; }
  [[nodiscard]] Life life() const { return up() ? lives_ : 0; }
  [[nodiscard]] bool refused_to_open() const { return !open_problem_.empty(); }
  [[nodiscard]] Stage stage() const;

  // --- Being run.
  /// When it has something to do.
  [[nodiscard]] Time wake() const;
  /// Takes what has arrived, and one turn.
  void run();
  void arrive_frame(ReplicaId from, const Payload& frame);
  /// On the engine's thread, in its order among what arrives.
  void post(std::function<void(replica::Engine&)> task);

  // --- Faults.
  void pause(Time until);
  /// The process stops at the `steps`-th operation of a turn from now: for good, or for a while.
  void crash_at_step(std::uint64_t steps, CrashMode mode);
  void pause_at_step(std::uint64_t steps, Duration duration);
  void clock_changed();
  /// No stop or pause is left over.
  void recover();
  DiskMood disk_mood;
  replica::ScrubPace scrub_pace;
  Duration turn_cost = Duration::micros(5);
  Duration apply_cost;
  bool damaged = false;   // its directory is not what it was: it may refuse to open
  bool mendable = false;  // damaged, but its peers may repair it
  bool sound = true;      // it never was damaged, nor were reads refused: it finds no damage

  // --- What is inside.
  [[nodiscard]] ReplicaId id() const { return id_; }
  [[nodiscard]] replica::Engine* engine() const { return engine_.get(); }
  [[nodiscard]] StateMachine& machine() const { return probe_->machine(); }
  [[nodiscard]] Files& files() { return files_; }
  [[nodiscard]] Clock& clock() { return clock_; }
  [[nodiscard]] bool holds_lease() const;
  /// Leads, and its wait for older leases is over.
  [[nodiscard]] bool announces() const;
  /// Compares the machine's state with that of the others.
  void check_state() const;

 private:
  struct PowerLost {};
  struct Frame {
    ReplicaId from;
    Payload frame;
  };
  using Item = std::variant<Frame, std::function<void(replica::Engine&)>>;

  void stop_here();
  void open();
  void finish_crash();
  void take_items();
  void after_turn();
  void wake_by(Time when);

  const ReplicaId id_;
  const Options options_;
  Surroundings& world_;
  Random random_;
  Files files_;
  Clock clock_;
  Port port_;
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<Probe> probe_;
  std::unique_ptr<replica::Engine> engine_;
  Life lives_ = 0;
  bool opening_ = false;
  bool in_turn_ = false;
  bool dying_ = false;  // crashed in the middle of a turn
  bool closing_ = false;
  mutable bool looking_ = false;  // somebody outside asks: no place to stop
  std::string open_problem_;
  std::vector<Item> items_;
  std::vector<Item> taking_;
  Time wake_ = kNever;
  Time busy_until_;
  Time paused_until_;
  Duration spent_;  // by applying, in this turn
  std::uint64_t crash_in_ = 0;
  CrashMode crash_mode_ = CrashMode::nothing;
  std::uint64_t pause_in_ = 0;
  Duration pause_for_;
  Ballot promised_;       // in this life
  bool has_led_ = false;  // likewise
};

}  // namespace decree::sim

#endif  // DECREE_SIM_SITE_H_
