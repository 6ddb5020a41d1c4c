// One core against puppets.
#ifndef DECREE_TESTS_PAXOS_CORE_FIXTURE_H_
#define DECREE_TESTS_PAXOS_CORE_FIXTURE_H_

#include <gtest/gtest.h>

#include <variant>
#include <vector>

#include "paxos/core.h"
#include "tests/paxos/letter.h"

namespace decree::paxos::test {

inline constexpr ReplicaId kSelf{1};
inline constexpr ReplicaId kSecond{2};
inline constexpr ReplicaId kThird{3};
inline constexpr Ballot kOwn{1, kSelf, {}};
inline constexpr Ballot kOther{2, kSecond, {}};

class CoreTest : public testing::Test {
 protected:
  CoreTest() : core_(kSelf, Voters({kSelf, kSecond, kThird})) {
    core_.recovered({}, {});
    core_.peer_connected(kSecond);
    core_.peer_connected(kThird);
  }

  void step(ReplicaId from, const Message& message) { core_.step(from, message, {}, {}); }

  /// A turn whose append is durable at once.
  const Output& turn() {
    core_.take_output(output_);
    if (output_.lsn != Lsn{}) core_.durable(output_.lsn);
    while (core_.next_to_apply() != nullptr) core_.applied(core_.next_slot_to_apply());
    core_.check_invariants();
    return output_;
  }

  void lead() {
    core_.campaign(kOwn, {});
    turn();
    turn();
    step(kSecond, Promise{kOwn, {}, true, {}, 0, {}, {}, {}});
    turn();
    core_.open_announcements();
    accepted(kSecond);
  }

  /// The puppet has accepted all that it was sent.
  void accepted(ReplicaId id) {
    const Slot sent = core_.leader()->sent_to(id);
    step(id, Accepted{kOwn, sent, {}});
    turn();
  }

  template <typename Kind>
  [[nodiscard]] std::vector<Kind> sent_to(ReplicaId id) const {
    std::vector<Kind> found;
    for (const auto* outgoing : {&output_.accepts, &output_.messages}) {
      for (const Outgoing& each : *outgoing) {
        const auto* message = std::get_if<Kind>(&each.message);
        if (message != nullptr && each.to.contains(id)) found.push_back(*message);
      }
    }
    return found;
  }

  Core core_;
  Output output_;
};

}  // namespace decree::paxos::test

#endif  // DECREE_TESTS_PAXOS_CORE_FIXTURE_H_
