// Systems that are libraries: each replica is a worker of this program, and the caller is in the
// leader.
#ifndef DECREE_BENCH_PEERS_WORKER_SYSTEM_H_
#define DECREE_BENCH_PEERS_WORKER_SYSTEM_H_

#include <memory>
#include <string>

#include "bench/peers/system.h"

namespace decree::bench {

std::unique_ptr<System> start_decree(const std::string& directory);
std::unique_ptr<System> start_libraft(const std::string& directory);

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_WORKER_SYSTEM_H_
