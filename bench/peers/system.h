// A system that is measured beside others.
#ifndef DECREE_BENCH_PEERS_SYSTEM_H_
#define DECREE_BENCH_PEERS_SYSTEM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/load.h"

namespace decree::bench {

/// Three replicas that run as long as the object. Failures throw std::runtime_error.
class System {
 public:
  System() = default;
  System(const System&) = delete;
  System& operator=(const System&) = delete;
  virtual ~System() = default;

  /// Returns once a replica leads and the caller is connected to it, within about half a minute.
  virtual void take_turn() = 0;
  /// Carries the load, between take_turn() and end_turn().
  virtual LoadResult load(const LoadRequest& request) = 0;
  /// From here on only the replicas are left, idle.
  virtual void end_turn() = 0;

  /// Processor time of the replicas so far, and of the caller where it is a part of one.
  [[nodiscard]] virtual std::int64_t cpu_us() const = 0;
  /// Of the program, known after the first turn.
  [[nodiscard]] virtual std::string version() const = 0;
  /// What the replicas printed last.
  [[nodiscard]] virtual std::string log_tail() const = 0;
};

/// Who proposes the commands.
enum class Caller : std::uint8_t { in_leader, client };

/// A system that can be started.
struct SystemKind {
  std::string name;
  Caller caller;
  /// Starts three replicas in `directory`, which is new and empty.
  std::function<std::unique_ptr<System>(const std::string& directory)> start;
};

/// In the order in which they are reported: Decree's own first.
const std::vector<SystemKind>& system_kinds();

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_SYSTEM_H_
