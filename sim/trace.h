// What happened in a run, for people and for comparing runs.
#ifndef DECREE_SIM_TRACE_H_
#define DECREE_SIM_TRACE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "decree/types.h"
#include "sim/timeline.h"

namespace decree::sim {

/// Every event goes into one digest; two runs with equal digests did the same. The texts are kept
/// only if asked for, the last ones of each replica.
class Trace {
 public:
  explicit Trace(std::size_t lines) : lines_(lines) {}

  [[nodiscard]] bool keeps_text() const { return lines_ != 0; }
  void event(Time now, ReplicaId at, std::uint64_t what) {
    digest_ =
        (digest_ ^ (static_cast<std::uint64_t>(now.ns) + what * 31 + at.value)) * 0x100000001b3u;
    digest_ ^= digest_ >> 29;
    ++events_;
  }
  void text(Time now, ReplicaId at, std::string line);

  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  /// All kept lines in the order of time.
  [[nodiscard]] std::string print() const;

 private:
  struct Line {
    std::uint64_t order = 0;
    Time time;
    std::string text;
  };

  std::size_t lines_;
  std::uint64_t digest_ = 0xcbf29ce484222325u;
  std::uint64_t events_ = 0;
  std::uint64_t order_ = 0;
  std::map<ReplicaId, std::deque<Line>> kept_;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_TRACE_H_
