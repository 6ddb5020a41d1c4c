#include "sim/site.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "paxos/limits.h"
#include "replica/log_budget.h"

namespace decree::sim {

namespace {

/// What may wait in memory for a disk: at a follower what its leaders' windows let through
/// (paxos/limits.h), and leaders change while a disk stalls; at a leader as much as the current
/// segment and the next one have room for, a block at least for each append.
std::size_t most_appends(const Options& options, bool has_led) {
  constexpr std::size_t kLeadersOfAStall = 16;
  const std::size_t followed = kLeadersOfAStall * paxos::kMaxBatchesToPeer;
  const std::uint64_t segment = replica::LogBudget::of(options.log_bytes).segment_bytes;
  return has_led ? followed + 2 * segment / wal::kBlockSize : followed;
}

}  // namespace

const char* name_of(Stage stage) {
  constexpr std::array<const char*, kStages> kNames{
      "down",        "opening", "following", "writing", "catching up",
      "campaigning", "waiting", "leading",   "leasing", "failed"};
  return kNames.at(static_cast<std::size_t>(stage));
}

Site::Site(ReplicaId id, const Options& options, Surroundings& surroundings, Random random)
    : id_(id),
      options_(options),
      world_(surroundings),
      random_(random),
      clock_(surroundings.timeline,
             Time{static_cast<std::int64_t>(1'000'000'000 + random_.below(1'000'000'000'000))}),
      port_(surroundings.network, id, [this] { stop_here(); }) {
  clock_.on_reading = [this] { stop_here(); };
}

Site::~Site() = default;

// --- Its process.

void Site::start() {
  if (engine_ != nullptr || refused_to_open()) return;
  ++lives_;
  items_.clear();
  closing_ = false;
  paused_until_ = {};
  promised_ = {};
  has_led_ = false;
  opening_ = true;
  try {
    open();
  } catch (const PowerLost&) {
  }
  opening_ = false;
  if (dying_) return finish_crash();
  if (engine_ == nullptr) return;
  busy_until_ =
      world_.timeline.now() + Duration{static_cast<std::int64_t>(random_.below(5'000'000))};
  wake_by(busy_until_);
  world_.network.started(id_);
}

void Site::open() {
  disk_ = std::make_unique<Disk>(
      world_.timeline, files_, disk_mood, random_.fork(lives_),
      [this] {
        if (engine_ != nullptr) engine_->log_ready();
        wake_by(world_.timeline.now());
      },
      [this] { stop_here(); });
  probe_ = std::make_unique<Probe>(id_, world_.subject.make_machine(), world_.chronicle, [this] {
    spent_ = spent_ + apply_cost;
    stop_here();
  });
  engine_ = std::make_unique<replica::Engine>(
      options_, *probe_, clock_, [this](const std::string& line) { world_.note(id_, line); });
  std::string problem;
  const std::uint64_t process = random_.next() | 1;
  const replica::Fresh fresh{Incarnation{process}, random_.next() | 1, process};
  const Time locked = clock_.now();
  if (engine_->recover(*disk_, fresh, locked, problem)) {
    engine_->start(port_, scrub_pace);
    return;
  }
  engine_.reset();
  world_.note(id_, "does not open: " + problem);
  const bool fails = disk_mood.fails_reads || disk_mood.fails_write || disk_mood.full;
  if (!damaged && !fails) {
    world_.verdict.fail(fmt::format("replica {} does not open: {}", id_.value, problem));
  }
  // What is wrong with the disk for a while only is tried again.
  if (damaged) open_problem_ = problem;
}

void Site::crash(CrashMode mode, bool silently) {
  if (!up()) return;
  dying_ = true;
  disk_->crash(mode);
  world_.network.stopped(id_, silently);
  world_.note(id_, "crashes");
  if (!in_turn_ && !opening_) finish_crash();
}

void Site::retire() {
  crash(CrashMode::nothing, true);
  open_problem_ = "retired";
}

void Site::finish_crash() {
  engine_.reset();
  disk_.reset();
  probe_.reset();
  dying_ = false;
  items_.clear();
  taking_.clear();
  crash_in_ = pause_in_ = 0;
  wake_ = kNever;
  world_.calls_lost(id_, lives_);
}

void Site::close() {
  post([this](replica::Engine& engine) {
    if (std::exchange(closing_, true)) return;
    engine.release_leadership();
    engine.shut();
  });
}

bool Site::holds_lease() const {
  if (!up()) return false;
  looking_ = true;
  const bool holds = engine_->holds_lease();
  looking_ = false;
  return holds;
}

bool Site::announces() const {
  return up() && engine_->core().leader() != nullptr && !engine_->waits_for_leases();
}

Stage Site::stage() const {
  if (opening_) return Stage::opening;
  if (!up()) return Stage::down;
  const replica::Engine& engine = *engine_;
  if (engine.has_failed()) return Stage::failed;
  const paxos::Core& core = engine.core();
  if (core.leader() != nullptr) {
    if (engine.waits_for_leases()) return Stage::waiting;
    return holds_lease() ? Stage::leasing : Stage::leading;
  }
  if (core.candidate() != nullptr) return Stage::campaigning;
  if (core.awaits_answers()) return Stage::catching_up;
  return engine.log_is_quiet() ? Stage::following : Stage::writing;
}

// --- Being run.

Time Site::wake() const {
  if (!up() || in_turn_ || opening_ || wake_ == kNever) return kNever;
  return std::max({wake_, busy_until_, paused_until_});
}

void Site::wake_by(Time when) { wake_ = std::min(wake_, when); }

void Site::arrive_frame(ReplicaId from, const Payload& frame) {
  items_.emplace_back(Frame{from, frame});
  wake_by(world_.timeline.now());
}

void Site::post(std::function<void(replica::Engine&)> task) {
  if (!up()) return;
  items_.emplace_back(std::move(task));
  wake_by(world_.timeline.now());
}

void Site::take_items() {
  std::swap(items_, taking_);
  for (Item& item : taking_) {
    if (auto* frame = std::get_if<Frame>(&item)) {
      engine_->on_frame(frame->from, std::move(frame->frame));
    } else {
      std::get<std::function<void(replica::Engine&)>>(item)(*engine_);
    }
  }
  taking_.clear();
}

void Site::run() {
  in_turn_ = true;
  spent_ = {};
  try {
    take_items();
    const bool due = clock_.now() >= engine_->next_deadline();
    if (engine_->has_work() || due) engine_->turn();
  } catch (const PowerLost&) {
  }
  in_turn_ = false;
  if (dying_) return finish_crash();
  after_turn();
}

void Site::after_turn() {
  const Time now = world_.timeline.now();
  busy_until_ = now + turn_cost + spent_;
  const paxos::Core& core = engine_->core();
  engine_->check_invariants();
  has_led_ = has_led_ || core.leader() != nullptr;
  if (engine_->appends_waiting() > most_appends(options_, has_led_)) {
    world_.verdict.fail(fmt::format("replica {} holds {} appends in memory for its disk", id_.value,
                                    engine_->appends_waiting()));
  }
  if (sound && engine_->damages_found() != 0) {
    world_.verdict.fail(fmt::format("replica {} finds damage where there is none", id_.value));
  }
  if (core.promised() < promised_) {
    world_.verdict.fail(fmt::format("replica {} takes a promise back", id_.value));
  }
  promised_ = core.promised();
  world_.chronicle.digest(id_, core.applied(), engine_->applied_digest());
  if (closing_ && engine_->log_is_quiet()) return crash(CrashMode::everything, false);
  wake_ = engine_->has_work() || !items_.empty() ? now : clock_.when(engine_->next_deadline());
}

void Site::check_state() const {
  if (!up()) return;
  world_.chronicle.state(id_, engine_->core().applied(), machine());
}

// --- Faults.

/// The replica is about to do something that others can see, or to look at the clock.
void Site::stop_here() {
  if (looking_ || (!in_turn_ && !opening_)) return;
  if (dying_) throw PowerLost{};
  if (crash_in_ != 0 && --crash_in_ == 0) {
    crash(crash_mode_, true);
    throw PowerLost{};
  }
  if (pause_in_ != 0 && --pause_in_ == 0) {
    world_.note(id_, "pauses in the middle of a turn");
    world_.meanwhile(world_.timeline.now() + pause_for_);
    if (dying_) throw PowerLost{};
  }
}

void Site::pause(Time until) { paused_until_ = std::max(paused_until_, until); }

void Site::crash_at_step(std::uint64_t steps, CrashMode mode) {
  crash_in_ = steps;
  crash_mode_ = mode;
}

void Site::pause_at_step(std::uint64_t steps, Duration duration) {
  pause_in_ = steps;
  pause_for_ = duration;
}

void Site::recover() {
  crash_in_ = pause_in_ = 0;
  paused_until_ = {};
  clock_changed();
}

void Site::clock_changed() {
  if (up() && !in_turn_ && !opening_) wake_by(world_.timeline.now());
}

}  // namespace decree::sim
