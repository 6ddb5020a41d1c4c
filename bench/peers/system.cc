#include "bench/peers/system.h"

#include "bench/peers/etcd.h"
#include "bench/peers/redis.h"
#include "bench/peers/worker_system.h"
#include "bench/peers/zookeeper.h"

namespace decree::bench {

const std::vector<SystemKind>& system_kinds() {
  static const std::vector<SystemKind> kinds = {
      {.name = "decree", .caller = Caller::in_leader, .start = start_decree},
      {.name = "libraft", .caller = Caller::in_leader, .start = start_libraft},
      {.name = "decree-kv", .caller = Caller::client, .start = start_decree_kv},
      {.name = "etcd", .caller = Caller::client, .start = start_etcd},
      {.name = "zookeeper", .caller = Caller::client, .start = start_zookeeper},
      {.name = "redis", .caller = Caller::client, .start = start_redis}};
  return kinds;
}

}  // namespace decree::bench
