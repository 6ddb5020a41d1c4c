// Shorthand for tests about time: a clock that is moved by hand, ids, ballots, milliseconds.
#ifndef DECREE_TESTS_LEASES_TIMES_H_
#define DECREE_TESTS_LEASES_TIMES_H_

#include <cstdint>
#include <functional>
#include <ostream>
#include <vector>

#include "leases/clock.h"
#include "leases/voters.h"
#include "paxos/message.h"

namespace decree {

inline void PrintTo(const Ballot& b, std::ostream* out) {
  *out << "ballot " << b.round << " of " << b.replica.value << "/" << b.incarnation.value;
}

namespace leases {

inline void PrintTo(const Time& t, std::ostream* out) { *out << t.ns << " ns"; }
inline void PrintTo(const Duration& d, std::ostream* out) { *out << d.ns << " ns"; }

constexpr Duration ms(std::int64_t n) { return Duration::millis(n); }
/// Milliseconds after an origin that is not 0.
constexpr Time at(std::int64_t n) { return Time{1'000'000'000} + ms(n); }
constexpr ReplicaId id(std::uint32_t n) { return ReplicaId{n}; }
/// A ballot of the replica's first incarnation, whose number is the replica's.
constexpr Ballot ballot(std::uint64_t round, std::uint32_t replica) {
  return {round, id(replica), Incarnation{replica}};
}
constexpr StartNumber start(std::uint64_t n) { return StartNumber{n}; }
inline Voters voters(std::uint32_t count) {
  std::vector<ReplicaId> ids;
  for (std::uint32_t i = 1; i <= count; ++i) ids.push_back(id(i));
  return Voters(ids);
}

class HandClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override {
    if (on_read) on_read();
    return time;
  }
  Time time = at(0);
  std::function<void()> on_read;
};

}  // namespace leases
}  // namespace decree

#endif  // DECREE_TESTS_LEASES_TIMES_H_
