// Writes that are retried until they are acknowledged, at one replica, while leaders come and go.
#ifndef DECREE_BENCH_SESSION_LOAD_H_
#define DECREE_BENCH_SESSION_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "decree/replica.h"

namespace decree::bench {

/// What is asked of the load:
/// - "start": forgets the load before and keeps `outstanding` writes in flight, each of a session
///   of its own, so that a retry happens once
/// - "look": nothing
/// - "stop": starts no new writes; those in flight are retried on
/// Each is answered by what has become of the load, seen from the moment `since_ns`.
struct SessionLoadRequest {
  std::string sessions;
  std::uint32_t outstanding = 0;
  std::int64_t since_ns = 0;
};

/// Times are CLOCK_MONOTONIC, which is one clock for all processes of a machine.
struct SessionLoadState {
  std::uint64_t in_flight = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t unknown = 0;        // attempts whose outcome nobody told; each was tried again
  std::uint64_t refused = 0;        // attempts that did not happen; each was tried again
  std::int64_t proposed_ns = 0;     // the last first attempt among what was acknowledged before
  std::int64_t next_ns = 0;         // the first acknowledgement of an attempt made since
  std::int64_t longest_gap_ns = 0;  // between acknowledgements, of which the later came since
  std::int64_t led_ns = 0;          // when this replica last began to lead
  std::string problem;              // empty, or why the load ended
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SessionLoadRequest, sessions, outstanding, since_ns)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SessionLoadState, in_flight, acknowledged, unknown, refused,
                                   proposed_ns, next_ns, longest_gap_ns, led_ns, problem)

/// Of a write.
struct Acknowledgement {
  std::int64_t proposed_ns = 0;  // the first attempt
  std::int64_t attempt_ns = 0;   // the last one
  std::int64_t acknowledged_ns = 0;
};

/// The three times of a SessionLoadState that follow from `acknowledgements`, which are in the
/// order of their arrival.
void look_at(const std::vector<Acknowledgement>& acknowledgements, std::int64_t since_ns,
             SessionLoadState& state);

/// Proposes on the engine's thread.
class SessionLoad {
 public:
  explicit SessionLoad(Replica& replica);
  SessionLoad(const SessionLoad&) = delete;
  SessionLoad& operator=(const SessionLoad&) = delete;
  ~SessionLoad();  // closes the replica: its completions come here

  /// Not from the engine's thread.
  SessionLoadState answer(const SessionLoadRequest& request);

 private:
  struct Place {
    ClientId client;
    std::uint64_t number = 0;      // of the write in the session
    std::int64_t proposed_ns = 0;  // first
    std::int64_t attempt_ns = 0;
  };

  void start(std::size_t outstanding);
  void open_session(std::size_t place);
  void write_next(std::size_t place);
  void propose(std::size_t place);
  void completed(std::size_t place, const boost::system::error_code& error);
  bool tries_again(const boost::system::error_code& error);
  [[nodiscard]] SessionLoadState look(std::int64_t since_ns) const;

  Replica& replica_;

  // The engine's thread only.
  std::vector<std::byte> command_;
  std::vector<Place> places_;
  std::vector<Acknowledgement> acknowledgements_;
  SessionLoadState state_;  // without what look_at() adds
  bool stopping_ = false;
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_SESSION_LOAD_H_
