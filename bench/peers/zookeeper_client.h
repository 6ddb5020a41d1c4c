// A client of ZooKeeper, on its C library.
#ifndef DECREE_BENCH_PEERS_ZOOKEEPER_CLIENT_H_
#define DECREE_BENCH_PEERS_ZOOKEEPER_CLIENT_H_

#include <cstdint>
#include <memory>

#include "bench/peers/client.h"

namespace decree::bench {

/// One session; the thread that runs the load is the only one.
std::unique_ptr<Client> connect_zookeeper(std::uint16_t port);

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_ZOOKEEPER_CLIENT_H_
