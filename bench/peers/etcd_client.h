// A client of etcd, on gRPC.
#ifndef DECREE_BENCH_PEERS_ETCD_CLIENT_H_
#define DECREE_BENCH_PEERS_ETCD_CLIENT_H_

#include <cstdint>
#include <memory>

#include "bench/peers/client.h"

namespace decree::bench {

/// All puts go over one connection.
std::unique_ptr<Client> connect_etcd(std::uint16_t port);

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_ETCD_CLIENT_H_
