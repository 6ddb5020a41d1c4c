// Omega as one replica of five lives it: moved by hand, one call a line.
#ifndef DECREE_TESTS_LEASES_OMEGA_FIXTURE_H_
#define DECREE_TESTS_LEASES_OMEGA_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>

#include "leases/omega.h"
#include "tests/leases/times.h"

namespace decree::leases {

/// Replica 2 of five, leader 1 with ballot (5, 1), once it has listened.
class OmegaTest : public ::testing::Test {
 protected:
  OmegaTest() {
    for (std::uint32_t i = 1; i <= 5; ++i) omega_.connected(id(i), at(-1000));
    omega_.tick(at(-500));
    omega_.take_actions();
    hear(at(0));
  }

  void hear(Time now, const Ballot& of = ballot(5, 1)) {
    Heartbeat heartbeat;
    heartbeat.ballot = of;
    for (std::uint32_t i = 0; i < 4; ++i) heartbeat.succession.at(i) = id(i + 2);
    omega_.heartbeat(of.replica, heartbeat, now);
  }
  OmegaActions tick(Time now) {
    omega_.tick(now);
    return omega_.take_actions();
  }
  /// Asks for this replica's willingness; true if it says yes at `now`.
  bool willing(std::uint32_t candidate, Time now) {
    omega_.canvass(id(candidate), Canvass{++asked_, {}, {}}, now);
    for (const auto& [to, answer] : tick(now).answers) {
      if (to == id(candidate) && answer.round == asked_) return answer.willing;
    }
    ADD_FAILURE() << "no answer";
    return false;
  }
  static Prepare prepare(const Ballot& of, const Ballot& hand_over = {}) {
    return Prepare{of, {}, {}, hand_over};
  }
  bool takes(const Ballot& of, const Ballot& hand_over = {}) {
    return omega_.may_promise(of.replica, prepare(of, hand_over));
  }
  /// The leader has been silent for one timeout and this replica has just canvassed.
  Canvass canvassed() {
    const OmegaActions actions = tick(at(100));
    EXPECT_TRUE(actions.canvass);
    return actions.canvass.value_or(Canvass{});
  }
  std::optional<Campaign> campaigned() {
    const Canvass canvass = canvassed();
    omega_.canvass_answer(id(3), {canvass.round, true, ballot(6, 4)});
    omega_.canvass_answer(id(4), {canvass.round, true, ballot(5, 1)});
    return tick(at(101)).campaign;
  }
  void lead(Time now) {
    campaigned();
    omega_.promised(mine_, at(101));
    omega_.became_leader(mine_, now);
  }
  void answer(std::uint32_t from, std::uint64_t round, Time now) {
    omega_.heartbeat_answer(id(from), HeartbeatAnswer{mine_, round, {}, {}, 0, false, {}}, now);
  }

  const Ballot mine_ = ballot(7, 2);
  Voters voters_ = voters(5);
  Omega omega_{Settings{}, voters_, id(2), 0, at(-1000)};
  std::uint64_t asked_ = 0;
};

}  // namespace decree::leases

#endif  // DECREE_TESTS_LEASES_OMEGA_FIXTURE_H_
