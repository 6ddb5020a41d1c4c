// A group of detectors in virtual time, with links that delay and can be cut one way.
#ifndef DECREE_SIM_ELECTIONS_GROUP_H_
#define DECREE_SIM_ELECTIONS_GROUP_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "sim/elections/detector.h"

namespace decree::sim::elections {

class Group {
 public:
  Group(std::size_t size, const MakeDetector& make, std::uint64_t seed, bool heavy_tail,
        bool first_is_behind);
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] const paxos::Voters& voters() const { return voters_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

  // --- What happens to it.
  void start(ReplicaId id);
  void start_all();
  /// Its connections end if `closed`, and the others are told; else there is only silence.
  void kill(ReplicaId id, bool closed);
  void cut(ReplicaId from, ReplicaId to) { cuts_.insert({from, to}); }
  void cut_both(ReplicaId a, ReplicaId b) {
    cut(a, b);
    cut(b, a);
  }
  /// From all others.
  void isolate(ReplicaId id);
  /// All but it are left with their link to it.
  void make_hub(ReplicaId id);
  void heal() { cuts_.clear(); }
  /// What is sent to it waits until the span is over.
  void pause(ReplicaId id, Duration span) { site(id).paused_until = now_ + span; }

  /// Up to that moment; `each` is called behind every event.
  template <typename Each>
  void run(Time end, Each each) {
    while (step(end)) each();
    now_ = end;
    each();
  }

  /// The leader that is connected to a quorum of followers, see Outcome; none: there is none.
  [[nodiscard]] ReplicaId serving() const;

 private:
  struct Site {
    ReplicaId id;
    std::unique_ptr<Random> random;
    std::unique_ptr<Detector> detector;
    bool up = false;
    Time paused_until;
  };
  struct Sent {
    ReplicaId from;
    ReplicaId to;
    Letter letter;
  };

  bool step(Time end);
  [[nodiscard]] Time next_event() const;
  void deliver();
  void send(ReplicaId from, ReplicaId to, const Letter& letter);
  [[nodiscard]] Duration draw_delay();
  [[nodiscard]] bool linked(ReplicaId a, ReplicaId b) const {
    return !cuts_.contains({a, b}) && !cuts_.contains({b, a});
  }
  [[nodiscard]] bool serves(const Site& leader) const;
  Site& site(ReplicaId id) { return sites_[id.value - 1]; }

  paxos::Voters voters_;
  Random delays_;
  bool heavy_tail_;
  Time now_{1};
  std::vector<Site> sites_;  // by id
  std::set<std::pair<ReplicaId, ReplicaId>> cuts_;
  std::multimap<Time, Sent> wire_;
  std::map<std::pair<ReplicaId, ReplicaId>, Time> last_;  // arrival, by link: they keep order
  std::uint64_t sent_ = 0;
};

}  // namespace decree::sim::elections

#endif  // DECREE_SIM_ELECTIONS_GROUP_H_
