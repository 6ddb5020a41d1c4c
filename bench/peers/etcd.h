// Three members of etcd.
#ifndef DECREE_BENCH_PEERS_ETCD_H_
#define DECREE_BENCH_PEERS_ETCD_H_

#include <memory>
#include <string>

#include "bench/peers/system.h"

namespace decree::bench {

std::unique_ptr<System> start_etcd(const std::string& directory);

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_ETCD_H_
