// One connection's share of the load: a pipelined closed loop.
#ifndef DECREE_EXAMPLES_DEMO_LOAD_CLIENT_H_
#define DECREE_EXAMPLES_DEMO_LOAD_CLIENT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "examples/demo/deadline.h"
#include "examples/demo/histogram.h"
#include "examples/demo/ledger.h"
#include "examples/demo/resp_client.h"

namespace decree::demo {

/// Shared by the clients and whoever watches them; all members may be used from any thread.
struct LoadState {
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> acknowledged{0};
  std::atomic<Clock::rep> gone_at{0};  // when the killed replica was gone; 0: not yet
  /// When the first acknowledgement came of a write that was sent after that: only the replicas
  /// that are left can have made it. 0: not yet.
  std::atomic<Clock::rep> next_acknowledged_at{0};
  std::atomic<int> next_acknowledged_by{0};  // the replica that sent it
};

/// Keeps a fixed number of writes outstanding at one replica and moves on to the next one when the
/// connection is lost. A write is never sent again: its outcome is then unknown.
class LoadClient {
 public:
  /// `ports` of the replicas 1, 2, ...; starts with the one at `first`, counted from 0.
  LoadClient(int number, std::vector<std::uint16_t> ports, std::size_t first,
             std::size_t outstanding, LoadState& state);

  /// Writes until state.stop, then waits for the answers that are due. On a thread of its own.
  void run();

  /// After run().
  [[nodiscard]] const Ledger& ledger() const { return ledger_; }
  /// Nanoseconds from the send to the answer, of acknowledged writes.
  [[nodiscard]] const Histogram& latencies() const { return latencies_; }

 private:
  struct Outstanding {
    std::size_t number;
    Clock::time_point sent;
  };

  void connect();
  void send();
  void receive(Deadline deadline);
  void settle(const std::optional<RespReply>& reply);
  void acknowledged(const Outstanding& request, Clock::time_point now);
  void lose_connection();
  void back_off();

  std::vector<std::uint16_t> ports_;
  std::size_t target_;
  std::size_t limit_;
  LoadState& state_;
  Ledger ledger_;
  Histogram latencies_;
  std::optional<RespClient> client_;
  std::deque<Outstanding> outstanding_;
  bool refused_ = false;
  FileDescriptor nothing_;  // never readable: what back_off() waits on
};

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_LOAD_CLIENT_H_
