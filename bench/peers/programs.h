// Where the programs of the systems are, and which versions the libraries have: what CMake found.
#ifndef DECREE_BENCH_PEERS_PROGRAMS_H_
#define DECREE_BENCH_PEERS_PROGRAMS_H_

#include <string>

namespace decree::bench {

std::string etcd_program();
std::string redis_program();
std::string decree_kv_program();
std::string java_program();
/// What Java needs to run ZooKeeper.
std::string zookeeper_class_path();

std::string decree_version();
std::string libraft_version();

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_PROGRAMS_H_
