// A whole group in one thread: time, network, machines, and what must hold after every event.
#ifndef DECREE_SIM_WORLD_H_
#define DECREE_SIM_WORLD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "decree/sim.h"
#include "sim/chronicle.h"
#include "sim/network.h"
#include "sim/plan.h"
#include "sim/site.h"
#include "sim/timeline.h"
#include "sim/trace.h"
#include "sim/verdict.h"
#include "sim/witness.h"
#include "transport/codec.h"

namespace decree::sim {

class World final : private Sites {
 public:
  /// All must outlive the world.
  World(const Plan& plan, const Subject& subject, Trace& trace);
  ~World() override;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Runs until then, or until something is wrong. May be called in the middle of a replica's turn:
  /// then the others go on.
  void run_until(Time end);
  /// The same, in steps, until the condition holds; false if it did not by then.
  bool run_until(Time end, const std::function<bool()>& condition);
  void start(ReplicaId id);

  [[nodiscard]] Time now() const { return timeline.now(); }
  [[nodiscard]] Site& site(ReplicaId id) { return *sites_.at(id.value - 1); }
  [[nodiscard]] std::vector<std::unique_ptr<Site>>& sites() { return sites_; }
  /// A replica that leads and is not `besides`, or null.
  [[nodiscard]] Site* leader(ReplicaId besides = {});
  void note(ReplicaId at, const std::string& line) override;

  Timeline timeline;
  Verdict verdict;
  Chronicle chronicle;
  Witness witness;
  Network network;
  Trace& trace;
  /// False from the first fault on that breaks what leases assume of clocks.
  bool clocks_hold = true;
  /// Called after every event.
  std::function<void()> after_event;
  /// The calls that this life took will not be answered.
  std::function<void(ReplicaId, Life)> calls_lost;

 private:
  [[nodiscard]] Life life(ReplicaId id) const override;
  void arrive_frame(ReplicaId at, ReplicaId from, const Payload& frame) override;
  void post(ReplicaId at, std::function<void(transport::NetworkEvents&)> task) override;
  void sent(ReplicaId from, ReplicaId to, const Payload& frame) override;

  bool step(Time end);
  void check();
  void check_leases();

  transport::Decoder decoder_;
  Surroundings surroundings_;
  std::vector<std::unique_ptr<Site>> sites_;
  Time check_states_at_;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_WORLD_H_
