// Replicas that do nothing but remember what the simulated network brings them.
#ifndef DECREE_TESTS_SIM_FAKE_SITES_H_
#define DECREE_TESTS_SIM_FAKE_SITES_H_

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "sim/network.h"

namespace decree::sim {

inline constexpr ReplicaId kA{1};
inline constexpr ReplicaId kB{2};
inline constexpr ReplicaId kC{3};

/// Takes tasks at once. Events are words such as "1 connected to 2".
class FakeSites final : public Sites {
 public:
  struct Arrival {
    ReplicaId at;
    ReplicaId from;
    std::string text;
  };

  [[nodiscard]] Life life(ReplicaId id) const override { return lives.at(id.value); }
  void arrive_frame(ReplicaId at, ReplicaId from, const Payload& frame) override;
  void post(ReplicaId at, std::function<void(transport::NetworkEvents&)> task) override;
  void sent(ReplicaId /*from*/, ReplicaId /*to*/, const Payload& /*frame*/) override { ++frames; }
  void note(ReplicaId at, const std::string& line) override;

  /// The texts that arrived from one at another.
  [[nodiscard]] std::vector<std::string> texts(ReplicaId from, ReplicaId to) const;
  [[nodiscard]] std::size_t count(const std::string& event) const;

  std::array<Life, kMaxReplicas + 1> lives{};
  std::vector<Arrival> arrivals;
  std::vector<std::string> events;
  std::vector<std::string> notes;
  std::size_t frames = 0;  // that were sent
  /// Whether one lets another in; all are let in without it.
  std::function<bool(ReplicaId at, ReplicaId peer, transport::Handshake part)> lets_in;
};

/// Three replicas, all connected.
class SimulatedNetwork : public ::testing::Test {
 protected:
  explicit SimulatedNetwork(std::uint64_t seed = 1);

  void start(ReplicaId id);
  /// Its process ends; `silently` as if its power were lost.
  void stop(ReplicaId id, bool silently);
  void send(ReplicaId from, ReplicaId to, const std::string& text);
  /// Texts `first` to `last` as numbers.
  void send_numbers(ReplicaId from, ReplicaId to, int first, int last);
  [[nodiscard]] static std::vector<std::string> numbers(int first, int last);
  void run_for(Duration duration);
  /// Until the condition holds, for a virtual minute at most.
  [[nodiscard]] bool run_until(const std::function<bool()>& condition);
  [[nodiscard]] bool reconnect(ReplicaId from, ReplicaId to);

  Timeline timeline;
  FakeSites sites;
  Network network;
  std::array<Life, kMaxReplicas + 1> starts{};  // of each replica
};

}  // namespace decree::sim

#endif  // DECREE_TESTS_SIM_FAKE_SITES_H_
