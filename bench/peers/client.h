// A client of a replicated server.
#ifndef DECREE_BENCH_PEERS_CLIENT_H_
#define DECREE_BENCH_PEERS_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "bench/load.h"

namespace decree::bench {

/// Connected to the server that leads. Every command replaces the value of one key.
class Client {
 public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  /// Of the server.
  [[nodiscard]] virtual std::string version() const = 0;
  virtual LoadResult run(const LoadRequest& request) = 0;
};

/// Connects to the server at a port, if it is ready and leads. One that cannot be reached yet makes
/// it throw or return nothing.
using Connect = std::function<std::unique_ptr<Client>(std::uint16_t port)>;

/// The key whose value is replaced.
inline constexpr const char* kKey = "/decree-bench";

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_CLIENT_H_
