// Brings the faults of a plan upon a world, and takes them away again.
#ifndef DECREE_SIM_NEMESIS_H_
#define DECREE_SIM_NEMESIS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/coverage.h"
#include "sim/crowd.h"
#include "sim/plan.h"
#include "sim/world.h"

namespace decree::sim {

class Nemesis {
 public:
  Nemesis(World& world, Crowd& crowd, const Plan& plan, Coverage& coverage);

  void begin();
  /// To be called after every event: faults that wait for a stage may have found it.
  void look();
  /// Ends all faults but for the dead: a random quorum that can recover is well again, everything
  /// else is gone for good. Returns that quorum.
  std::vector<ReplicaId> relent();

 private:
  struct Armed {
    Fault fault;
    Time until;
  };

  void fire(const Fault& fault, ReplicaId whom);
  void count(FaultKind kind, const Site& site);
  void befall_process(const Fault& fault, Site& site, Random random);
  void befall_network(const Fault& fault, Site& site, Random random);
  void befall_clock(const Fault& fault, Site& site, Random random);
  void befall_disk(const Fault& fault, Site& site, Random random);
  void damage(const Fault& fault, Site& site, Random random);
  void take_leader_away(const Fault& fault, ReplicaId damaged, Random random);
  /// Puts an old copy of a directory back. Whoever was told of what it lacks must refuse it; the
  /// others cannot know, so it does not reach them.
  void restore(ReplicaId id, const Files& copy, Duration lasts);
  void watch_restored(ReplicaId id, ReplicaId leader, Life life, Time until);
  void crash_all(const Fault& fault, Site& site, Random random);
  void split(const Fault& fault, Site& site, Random random);
  void shift(const Fault& fault, Site& site, Random random);
  /// What becomes of the writes under way; may damage the directory.
  [[nodiscard]] CrashMode crash_mode(Site& site, Random& random) const;
  void restart_after(Duration pause, ReplicaId id);
  /// Undoes something later, unless the faults have ended before.
  void later(Duration after, std::function<void()> undo);
  [[nodiscard]] LeaseSettings draw_lease_change(Random random) const;
  void change_lease(Site& site, const LeaseSettings& settings);
  void change_lease_and_strike(const Fault& fault, Site& site, Random random);
  void hand_over(const Fault& fault, Site& site, Random random);
  /// A replica that has repaired its log is as good as any.
  void forgive_repaired() const;
  /// As many directories may be damaged as the others can do without.
  [[nodiscard]] bool may_damage(const Site& site) const;
  /// A replica that has never met another takes a wiped one for it; the others must know it for
  /// good.
  [[nodiscard]] bool is_known_to_all(ReplicaId id) const;
  [[nodiscard]] bool passes(FaultKind kind, std::uint32_t from, std::uint32_t to,
                            std::uint32_t centre, const Random& random) const;

  World& world_;
  Crowd& crowd_;
  const Plan& plan_;
  Coverage& coverage_;
  Random random_;
  std::vector<Armed> armed_;
  bool over_ = false;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_NEMESIS_H_
