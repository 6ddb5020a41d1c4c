// A whole group in one thread: cores, their disks and the links between them, all moved by hand.
#ifndef DECREE_TESTS_PAXOS_WORLD_H_
#define DECREE_TESTS_PAXOS_WORLD_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "paxos/core.h"
#include "tests/paxos/letter.h"
#include "tests/paxos/oracle.h"

namespace decree::paxos::test {

/// What becomes of the messages under way on a connection that breaks.
enum class InFlight : std::uint8_t { lost, late };

/// Replicas 1 to n. Every event is an input of the replica's current turn; turn() ends it the way
/// the real driver does. A broken rule throws a Violation.
class World {
 public:
  using Sink = std::function<void(const std::string&)>;

  /// Everything that happens is told to the sink, one line each, if there is one.
  explicit World(std::size_t replicas, Sink sink = {});

  // --- Links: one connection a direction, first in, first out.
  void connect(ReplicaId from, ReplicaId to);
  void cut(ReplicaId from, ReplicaId to, InFlight in_flight);
  /// False if nothing is under way.
  bool deliver(ReplicaId from, ReplicaId to);
  /// The next message under way is dropped, as by a full send queue. False if there is none.
  bool lose(ReplicaId from, ReplicaId to);
  /// Delivers what an earlier connection still carried.
  bool deliver_late(ReplicaId from, ReplicaId to);

  // --- Disks.
  /// The oldest `appends` that are pending become durable.
  void durable(ReplicaId id, std::size_t appends);
  /// Everything that is not durable is lost, but the oldest `surviving` appends.
  void crash(ReplicaId id, std::size_t surviving = 0);
  void restart(ReplicaId id);

  // --- The rest of what a driver does.
  void campaign(ReplicaId id);
  void propose(ReplicaId id, const Value& value);
  void open(ReplicaId id);
  void remind(ReplicaId id);
  void heartbeat(ReplicaId id);
  void step_down(ReplicaId id);
  void turn(ReplicaId id);

  // --- State.
  [[nodiscard]] const std::vector<ReplicaId>& ids() const { return voters_.ids(); }
  [[nodiscard]] bool up(ReplicaId id) const { return replica(id).core != nullptr; }
  [[nodiscard]] bool turn_is_due(ReplicaId id) const { return replica(id).turn_is_due; }
  [[nodiscard]] const Core& core(ReplicaId id) const { return *replica(id).core; }
  [[nodiscard]] bool connected(ReplicaId from, ReplicaId to) const;
  [[nodiscard]] std::size_t under_way(ReplicaId from, ReplicaId to) const;
  [[nodiscard]] std::size_t late(ReplicaId from, ReplicaId to) const;
  [[nodiscard]] std::size_t pending_appends(ReplicaId id) const;
  [[nodiscard]] const std::vector<Value>& applied(ReplicaId id) const;
  [[nodiscard]] std::string summary(ReplicaId id) const;
  void tell_to(Sink sink) { sink_ = std::move(sink); }

 private:
  using Posted = std::shared_ptr<const Letter>;
  struct Stored {
    Record record;
    Posted frame;
  };
  struct Replica {
    std::unique_ptr<Core> core;
    Output output;
    std::vector<std::vector<Stored>> disk;  // appends, oldest first
    std::size_t durable = 0;                // how many of them
    std::vector<Value> applied;
    std::uint64_t round = 0;  // of heartbeats
    bool turn_is_due = false;
    Ballot told_leading;  // what was said about this replica last
  };
  struct Link {
    bool connected = false;
    std::deque<Posted> under_way;
    std::deque<Posted> late;
  };

  [[nodiscard]] Replica& replica(ReplicaId id) { return replicas_[id.value - 1]; }
  [[nodiscard]] const Replica& replica(ReplicaId id) const { return replicas_[id.value - 1]; }
  [[nodiscard]] Link& link(ReplicaId from, ReplicaId to);
  [[nodiscard]] const Link& link(ReplicaId from, ReplicaId to) const;

  Core& input(ReplicaId id);
  void hand_over(ReplicaId from, ReplicaId to, const Letter& letter);
  bool carry_out(ReplicaId id);
  Posted post(ReplicaId from, const Outgoing& outgoing);
  void append(ReplicaId id, const std::vector<Posted>& accepts);
  void serve_from_log(ReplicaId id, const FetchFromLog& fetch);
  bool apply(ReplicaId id);
  void recover(Core& core, const Stored& stored) const;
  void make_durable(ReplicaId id, std::size_t appends);
  void tell_role(ReplicaId id);
  void tell(ReplicaId id, const std::string& what) const;
  template <typename What>
  void tell_lazily(ReplicaId id, What what) const {
    if (sink_) tell(id, what());
  }

  Voters voters_;
  Oracle oracle_;
  std::vector<Replica> replicas_;
  std::vector<Link> links_;
  std::vector<Posted> frames_;  // what a record's bytes name by index
  Sink sink_;
};

}  // namespace decree::paxos::test

#endif  // DECREE_TESTS_PAXOS_WORLD_H_
