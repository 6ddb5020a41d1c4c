// The simulator: whole groups of the replica that ships, in one thread, in virtual time, from one
// seed, on a state machine of your own. Link decree::sim.
#ifndef DECREE_SIM_H_
#define DECREE_SIM_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "decree/state_machine.h"
#include "decree/types.h"

namespace decree::sim {

/// Numbers that follow from a seed, the same on every machine (SplitMix64: Steele, Lea and Flood,
/// "Fast splittable pseudorandom number generators", section 5).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// 0 to `bound` - 1; `bound` is at least 1.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  /// `first` to `last`, both included.
  std::uint64_t between(std::uint64_t first, std::uint64_t last) {
    return first + below(last - first + 1);
  }
  /// True `parts` times of a million.
  bool chance(std::uint64_t parts) { return below(1'000'000) < parts; }
  /// A generator of its own for one purpose, so that one purpose does not disturb another.
  [[nodiscard]] Random fork(std::uint64_t purpose) const {
    return Random(Random(state_ ^ Random(purpose).next()).next());
  }

 private:
  std::uint64_t state_;
};

/// One request of one client, and what became of it.
struct Call {
  enum class Kind : std::uint8_t { write, read, local_read };
  enum class Outcome : std::uint8_t {
    done,     // it happened before it returned
    failed,   // it did not happen and never will
    unknown,  // it may have happened, may happen later, or never
  };
  Kind kind = Kind::write;
  std::uint32_t client = 0;  // has one request at a time
  std::string request;
  std::string answer;  // when done
  Outcome outcome = Outcome::unknown;
  std::int64_t invoked_ns = 0;   // virtual time
  std::int64_t returned_ns = 0;  // meaningless when unknown
};

/// What is simulated: a state machine, and what its clients do. Called on one thread. Whatever it
/// does may depend on its arguments only, or runs cannot be replayed.
class Subject {
 public:
  virtual ~Subject() = default;
  /// A machine in its first state, for one life of one replica.
  [[nodiscard]] virtual std::unique_ptr<StateMachine> make_machine() const = 0;
  /// What a client proposes next; at most 1,000 bytes.
  [[nodiscard]] virtual std::string next_command(Random& random) const = 0;
  /// What a client asks next.
  [[nodiscard]] virtual std::string next_query(Random& random) const = 0;
  /// Reads the machine, as the body of Replica::async_read would.
  [[nodiscard]] virtual std::string answer(StateMachine& machine, std::string_view query) const = 0;
  /// All of the machine's state; compared between replicas that have applied as much.
  [[nodiscard]] virtual std::string state(const StateMachine& machine) const = 0;
  /// Empty, or what is wrong with this state.
  [[nodiscard]] virtual std::string check(const StateMachine& /*machine*/) const { return {}; }
  /// Empty, or what is wrong with what all clients of a run saw. Without it, replies to commands
  /// are compared with those of one machine that applies the same commands alone, states with each
  /// other, and the order of everything that was answered with time.
  [[nodiscard]] virtual std::string judge(std::span<const Call> /*calls*/) const { return {}; }
};

/// The whole of a simulator's program: reads the command line (--help explains it), runs seeds,
/// prints what it finds. Returns the program's exit status: 0 if every seed was clean, 1 if one
/// failed, 2 if the command line is wrong.
int main(int argc, char** argv, const Subject& subject);

}  // namespace decree::sim

#endif  // DECREE_SIM_H_
