#include "transport/notices.h"

namespace decree::transport {

std::string& Notices::last(ReplicaId peer, Side side) {
  return last_.at(peer.value).at(static_cast<std::size_t>(side));
}

void Notices::report(ReplicaId peer, Side side, const std::string& line) {
  if (last(peer, side) == line || !within_rate()) return;
  last(peer, side) = line;
  events_.on_notice(line);
}

bool Notices::within_rate() {
  const auto now = std::chrono::steady_clock::now();
  if (now - window_ > kPause) {
    window_ = now;
    in_window_ = 0;
  }
  return in_window_++ < kBurst;
}

}  // namespace decree::transport
