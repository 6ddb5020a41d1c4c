// The text of INFO.
#ifndef DECREE_EXAMPLES_KV_INFO_H_
#define DECREE_EXAMPLES_KV_INFO_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "decree/status.h"
#include "examples/kv/command.h"

namespace decree::kv {

struct InfoFacts {
  Status status;
  const Keyspace& keys;
  std::uint16_t port = 0;
  std::uint64_t uptime_s = 0;
  std::size_t clients = 0;
  std::size_t max_clients = 0;
  std::size_t buffered_bytes = 0;
  std::size_t max_data_bytes = 0;
  std::uint64_t connections = 0;  // since the start
  std::uint64_t commands = 0;     // likewise
};

/// The sections that are named, ignoring case; all of them if none is, or one is "all", "default"
/// or "everything".
std::string format_info(const InfoFacts& facts, Arguments sections);

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_INFO_H_
