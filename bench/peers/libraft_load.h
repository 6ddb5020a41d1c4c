// The closed loop of commands inside the process of libraft's leader.
#ifndef DECREE_BENCH_PEERS_LIBRAFT_LOAD_H_
#define DECREE_BENCH_PEERS_LIBRAFT_LOAD_H_

#include <cstddef>
#include <future>
#include <optional>
#include <vector>

#include "bench/command_times.h"
#include "bench/load.h"
#include "bench/peers/libraft.h"
#include "bench/peers/uv_thread.h"

namespace decree::bench {

/// Used once.
class LibraftLoad {
 public:
  LibraftLoad(UvThread& thread, raft& leader, const LoadRequest& request);

  /// Blocks until the time is over and the last command is answered. Not from the loop's thread.
  LoadResult run();

 private:
  struct Command {
    struct raft_apply request {};
    LibraftLoad* load = nullptr;
    std::size_t place = 0;
  };

  void start();
  void propose(Command& command);
  void completed(Command& command, int status);

  UvThread& thread_;
  raft& leader_;
  LoadRequest request_;
  std::promise<void> done_;

  // From here on the loop's thread only, until done_.
  std::vector<Command> commands_;
  std::optional<CommandTimes> times_;
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_LIBRAFT_LOAD_H_
