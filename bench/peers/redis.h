// Three servers that speak the Redis protocol.
#ifndef DECREE_BENCH_PEERS_REDIS_H_
#define DECREE_BENCH_PEERS_REDIS_H_

#include <memory>
#include <string>

#include "bench/peers/system.h"

namespace decree::bench {

/// One that takes the writes and two that follow it; nobody agrees on anything.
std::unique_ptr<System> start_redis(const std::string& directory);

/// Decree's own store.
std::unique_ptr<System> start_decree_kv(const std::string& directory);

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_REDIS_H_
