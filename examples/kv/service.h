// What all connections of a server share.
#ifndef DECREE_EXAMPLES_KV_SERVICE_H_
#define DECREE_EXAMPLES_KV_SERVICE_H_

#include <cstddef>
#include <cstdint>

#include "decree/replica.h"
#include "examples/kv/client.h"
#include "examples/kv/expirer.h"
#include "examples/kv/machine.h"

namespace decree::kv {

struct Limits {
  std::size_t clients = 1000;
  std::size_t data_bytes = 1u << 30;      // of keys and values: commands that add some are refused
  std::size_t buffer_bytes = 256u << 20;  // of all clients' requests and replies together
};

/// Used on the engine's thread only.
struct Service {
  Replica& replica;
  Machine& machine;
  Expirer& expirer;
  Host& host;
  Limits limits;
  bool reads_locally = false;      // of new clients
  std::size_t buffered_bytes = 0;  // what all connections hold
  std::uint64_t commands = 0;      // taken since the start
};

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_SERVICE_H_
