// Clients of servers that speak the Redis protocol.
#ifndef DECREE_BENCH_PEERS_RESP_CLIENT_H_
#define DECREE_BENCH_PEERS_RESP_CLIENT_H_

#include <cstdint>
#include <memory>

#include "bench/peers/client.h"

namespace decree::bench {

/// All commands in flight share one connection.
std::unique_ptr<Client> connect_decree_kv(std::uint16_t port);

/// A command is a SET and then a WAIT for one of the two replicas. WAIT blocks its connection, so
/// that each command in flight has one of its own.
std::unique_ptr<Client> connect_redis(std::uint16_t port);

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_RESP_CLIENT_H_
