// What is compared: one replica's part of an algorithm that says who leads.
#ifndef DECREE_SIM_ELECTIONS_DETECTOR_H_
#define DECREE_SIM_ELECTIONS_DETECTOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <variant>

#include "decree/sim.h"
#include "decree/types.h"
#include "leases/clock.h"
#include "paxos/message.h"
#include "paxos/voters.h"

namespace decree::sim::elections {

using leases::Duration;
using leases::kNever;
using leases::Time;

/// The two spans that all algorithms share.
inline constexpr Duration kTimeout = Duration::millis(150);
inline constexpr Duration kHeartbeat = Duration::millis(50);

/// A message of the two that are not Omega.
struct Note {
  enum class Kind : std::uint8_t { ask, answer, lead, lead_answer };
  Kind kind = Kind::ask;
  std::uint64_t term = 0;
  std::uint64_t log_end = 0;
  bool granted = false;
};
using Letter = std::variant<Message, Note>;

/// What a detector is made of, and where its letters go.
struct Seat {
  ReplicaId self;
  const paxos::Voters* voters = nullptr;
  std::uint64_t log_end = 0;  // how complete its log is
  Random* random = nullptr;   // of this replica
  std::function<void(ReplicaId, const Letter&)> send;
};

/// Pure but for its letters. All that arrived is taken before turn() looks at the time.
class Detector {
 public:
  virtual ~Detector() = default;
  /// The process is started; what it must not forget is kept by the object, which is never
  /// replaced.
  virtual void start(Time now) = 0;
  virtual void connected(ReplicaId /*peer*/, Time /*now*/) {}
  virtual void disconnected(ReplicaId /*peer*/, Time /*now*/) {}
  virtual void take(ReplicaId from, const Letter& letter, Time now) = 0;
  virtual void turn(Time now) = 0;
  [[nodiscard]] virtual Time next_deadline() const = 0;
  /// Whom it follows, itself included; none: nobody.
  [[nodiscard]] virtual ReplicaId leader() const = 0;
};

using MakeDetector = std::function<std::unique_ptr<Detector>(const Seat&)>;

std::unique_ptr<Detector> make_omega(const Seat& seat);
std::unique_ptr<Detector> make_randomised(const Seat& seat);
std::unique_ptr<Detector> make_bully(const Seat& seat);

}  // namespace decree::sim::elections

#endif  // DECREE_SIM_ELECTIONS_DETECTOR_H_
