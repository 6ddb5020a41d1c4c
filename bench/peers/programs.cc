// The only unit that knows this build's paths: all others are the same in every clone.
#include "bench/peers/programs.h"

namespace decree::bench {

std::string etcd_program() { return DECREE_ETCD; }
std::string redis_program() { return DECREE_REDIS_SERVER; }
std::string decree_kv_program() { return DECREE_KV; }
std::string java_program() { return DECREE_JAVA; }
std::string zookeeper_class_path() { return DECREE_ZOOKEEPER_CLASS_PATH; }

std::string decree_version() { return DECREE_VERSION; }
std::string libraft_version() { return DECREE_LIBRAFT_VERSION; }

}  // namespace decree::bench
