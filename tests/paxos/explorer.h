// Random exploration of a world from one seed.
#ifndef DECREE_TESTS_PAXOS_EXPLORER_H_
#define DECREE_TESTS_PAXOS_EXPLORER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "tests/paxos/world.h"

namespace decree::paxos::test {

/// splitmix64: the same on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// 0 to limit - 1.
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }

 private:
  std::uint64_t state_;
};

/// Draws the size of the group, how likely each event is and how large the values are from the
/// seed, then lets events happen; then heals everything and expects progress.
class Explorer {
 public:
  explicit Explorer(std::uint64_t seed, World::Sink sink = {});

  void run(std::size_t steps);

 private:
  using Action = void (Explorer::*)();

  void step();
  void heal();
  void heal_once(ReplicaId chosen_one);
  void settle();
  void lead(ReplicaId id);
  [[nodiscard]] bool all_agree(std::size_t proposals) const;

  void deliver();
  void deliver_late();
  void lose();
  void durable();
  void finish_turn();
  void propose();
  void open();
  void campaign();
  void crash();
  void restart();
  void connect();
  void cut();
  void isolate();
  void remind();
  void heartbeat();
  void step_down();

  ReplicaId any();
  ReplicaId any_leader();
  void after(ReplicaId id);
  void propose_at(ReplicaId id);

  Random random_;
  World world_;
  std::array<std::pair<Action, std::size_t>, 16> actions_;
  std::size_t total_weight_ = 0;
  std::size_t value_size_;
  std::size_t turn_in_;  // one event in so many leaves its turn open
  std::uint64_t proposals_ = 0;
};

}  // namespace decree::paxos::test

#endif  // DECREE_TESTS_PAXOS_EXPLORER_H_
