// What the network tells people, without drowning them.
#ifndef DECREE_TRANSPORT_NOTICES_H_
#define DECREE_TRANSPORT_NOTICES_H_

#include <array>
#include <chrono>
#include <string>

#include "transport/network.h"

namespace decree::transport {

/// Which of the two connections with a peer a notice is about.
enum class Side { dialled, accepted };

/// Passes a line on when it differs from the one before about the same side of the same peer, and
/// holds back what would be more than a stranger may cause. One thread.
class Notices {
 public:
  explicit Notices(NetworkEvents& events) : events_(events) {}

  /// `peer` 0: somebody who has not said who it is.
  void report(ReplicaId peer, Side side, const std::string& line);
  /// All is well on this side: the next line is news whatever it says.
  void settled(ReplicaId peer, Side side) { last(peer, side).clear(); }

 private:
  static constexpr int kBurst = 50;
  static constexpr std::chrono::seconds kPause{10};

  std::string& last(ReplicaId peer, Side side);
  bool within_rate();

  NetworkEvents& events_;
  std::array<std::array<std::string, 2>, kMaxReplicaId + 1> last_;
  std::chrono::steady_clock::time_point window_;
  int in_window_ = 0;
};

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_NOTICES_H_
