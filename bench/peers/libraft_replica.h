// A replica of libraft, with its own disk and network on libuv.
#ifndef DECREE_BENCH_PEERS_LIBRAFT_REPLICA_H_
#define DECREE_BENCH_PEERS_LIBRAFT_REPLICA_H_

#include <cstdint>
#include <string>
#include <vector>

#include "bench/load.h"
#include "bench/peers/libraft.h"
#include "bench/peers/uv_thread.h"

namespace decree::bench {

/// Applies commands to a state machine that costs nothing. Failures throw std::runtime_error.
class LibraftReplica {
 public:
  /// Replica `id`, from 1, of as many as there are `ports`; `directory` is new.
  LibraftReplica(std::uint32_t id, const std::vector<std::uint16_t>& ports, std::string directory);
  LibraftReplica(const LibraftReplica&) = delete;
  LibraftReplica& operator=(const LibraftReplica&) = delete;
  ~LibraftReplica();

  bool leads();
  /// Proposes on the loop's thread, as a program does that shares it.
  LoadResult run(const LoadRequest& request);

 private:
  void open(std::uint32_t id, const std::vector<std::uint16_t>& ports);
  void bootstrap(const std::vector<std::uint16_t>& ports);

  UvThread thread_;
  std::string directory_;
  raft_uv_transport transport_{};
  raft_io io_{};
  raft_fsm machine_{};
  struct raft raft_ {};
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_LIBRAFT_REPLICA_H_
