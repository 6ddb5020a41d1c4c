// Three servers of ZooKeeper.
#ifndef DECREE_BENCH_PEERS_ZOOKEEPER_H_
#define DECREE_BENCH_PEERS_ZOOKEEPER_H_

#include <memory>
#include <string>

#include "bench/peers/system.h"

namespace decree::bench {

std::unique_ptr<System> start_zookeeper(const std::string& directory);

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_ZOOKEEPER_H_
