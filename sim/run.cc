#include "sim/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sim/crowd.h"
#include "sim/nemesis.h"
#include "sim/trace.h"
#include "sim/world.h"
#include "wal/incoming_snapshot.h"

namespace decree::sim {

namespace {

/// How long a group that is well again may take to answer everything, in virtual time: longer than
/// every patience, timeout and back-off of the engine together.
constexpr Duration kPatience = Duration::millis(60'000);

class Run {
 public:
  Run(const Plan& plan, const Subject& subject, Trace& trace, Coverage& coverage)
      : plan_(plan),
        world_(plan, subject, trace),
        crowd_(world_, plan, subject),
        nemesis_(world_, crowd_, plan, coverage) {
    world_.after_event = [this] { nemesis_.look(); };
    world_.calls_lost = [this](ReplicaId at, Life life) { crowd_.calls_lost(at, life); };
  }

  void go() {
    begin();
    world_.run_until(world_.now() + plan_.active);
    if (plan_.ends_when) await(*plan_.ends_when);
    if (!failed()) recover();
    if (!failed()) converge();
    if (!failed()) crowd_.judge();
  }

  [[nodiscard]] bool failed() const { return world_.verdict.failed(); }
  [[nodiscard]] World& world() { return world_; }
  [[nodiscard]] std::uint64_t operations() const { return crowd_.done(); }

 private:
  void begin() {
    Random random = Random(plan_.seed).fork(40);
    for (const auto& site : world_.sites()) {
      Duration offset{static_cast<std::int64_t>(random.below(20'000'000))};
      if (site->id() == plan_.comes_late) offset = offset + Duration::millis(600);
      world_.timeline.after(offset, [this, id = site->id()] { world_.start(id); });
    }
    crowd_.begin();
    nemesis_.begin();
  }

  void await(Stage stage) {
    constexpr Duration kStep = Duration::micros(100);
    const Time latest = world_.now() + Duration::millis(300);
    const auto is_met = [stage](const auto& site) { return site->stage() == stage; };
    while (world_.now() < latest && !failed() &&
           std::none_of(world_.sites().begin(), world_.sites().end(), is_met)) {
      world_.run_until(world_.now() + kStep);
    }
  }

  /// Faults end: within a bounded time everything is answered.
  void recover() {
    crowd_.stop();
    core_ = nemesis_.relent();
    world_.note({}, "faults end");
    crowd_.ask_once_more(core_);
    const bool answered = world_.run_until(world_.now() + kPatience, [this] {
      keep_up();
      return crowd_.all_answered();
    });
    if (!answered) {
      world_.verdict.fail(
          fmt::format("{} requests are not answered {} s after the last fault ended",
                      crowd_.waiting(), kPatience.ns / 1'000'000'000));
    }
  }

  /// Some were asked to end before the faults did, or their log has failed for good.
  void keep_up() {
    for (const ReplicaId id : core_) {
      Site& site = world_.site(id);
      if (site.up() && site.engine()->has_failed()) site.crash(CrashMode::nothing, false);
      world_.start(id);
    }
  }

  /// The replicas of the core come to know all that was ever decided.
  void converge() {
    const auto knows_all = [this](ReplicaId id) {
      const Site& site = world_.site(id);
      return site.up() && site.engine()->core().applied() >= world_.chronicle.end();
    };
    const bool converged = world_.run_until(world_.now() + kPatience, [&] {
      keep_up();
      return std::all_of(core_.begin(), core_.end(), knows_all);
    });
    for (const auto& site : world_.sites()) site->check_state();
    if (!converged) return world_.verdict.fail("a replica does not learn what was decided");
    tidy_up();
  }

  /// Nobody keeps the beginning of a snapshot that it does not need any more.
  void tidy_up() {
    const auto is_tidy = [this](ReplicaId id) {
      const Files& files = world_.site(id).files();
      return !files.has(wal::kIncomingName) && !files.has(wal::kGivenUpName);
    };
    const bool tidy = world_.run_until(
        world_.now() + kPatience, [&] { return std::all_of(core_.begin(), core_.end(), is_tidy); });
    if (!tidy) world_.verdict.fail("what came of a peer's snapshot is kept and not needed");
  }

  const Plan& plan_;
  World world_;
  Crowd crowd_;
  Nemesis nemesis_;
  std::vector<ReplicaId> core_;
};

}  // namespace

RunResult run_plan(const Plan& plan, const Subject& subject, std::size_t trace_lines) {
  RunResult result;
  Trace trace(trace_lines);
  Run run(plan, subject, trace, result.coverage);
  const Time began = run.world().now();
  run.go();
  result.failure = run.world().verdict.what();
  result.digest = trace.digest();
  result.events = trace.events();
  result.operations = run.operations();
  result.virtual_ns = (run.world().now() - began).ns;
  result.trace = trace.print();
  return result;
}

}  // namespace decree::sim
