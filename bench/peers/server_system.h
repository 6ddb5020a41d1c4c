// Systems that are servers: each replica is a program of its own, and the caller is a client of the
// leader on loopback.
#ifndef DECREE_BENCH_PEERS_SERVER_SYSTEM_H_
#define DECREE_BENCH_PEERS_SERVER_SYSTEM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/peers/server.h"
#include "bench/peers/system.h"
#include "bench/process.h"

namespace decree::bench {

/// The client is a worker, started anew for each turn: it finds who leads now, and an idle one
/// keeps no session alive.
class ServerSystem final : public System {
 public:
  /// `protocol` is what the client speaks, see client_worker.h, `ports` where the servers serve it.
  ServerSystem(std::vector<Server> servers, std::string protocol, std::vector<std::uint16_t> ports);

  void take_turn() override;
  LoadResult load(const LoadRequest& request) override;
  void end_turn() override { client_.reset(); }

  [[nodiscard]] std::int64_t cpu_us() const override;
  [[nodiscard]] std::string version() const override { return version_; }
  [[nodiscard]] std::string log_tail() const override;

 private:
  std::vector<Server> servers_;
  std::vector<std::string> client_arguments_;
  std::optional<Process> client_;
  std::string version_;
};

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_SERVER_SYSTEM_H_
