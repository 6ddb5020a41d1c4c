// Looks at a directory, or at a backup, and says what is damaged.
#ifndef DECREE_TOOLS_INSPECT_H_
#define DECREE_TOOLS_INSPECT_H_

#include <cstdint>
#include <string>

#include "decree/types.h"
#include "tools/listing.h"
#include "tools/verdict.h"

namespace decree::tools {

/// What a directory says of itself, as far as it could be read.
struct DirectoryFacts {
  std::uint64_t cluster = 0;
  ReplicaId replica;
  std::uint64_t segment_bytes = 0;
};

/// Of a replica that is not running.
Verdict inspect_log(const std::string& directory, Listing& listing, DirectoryFacts& facts);
/// An open file or pipe.
Verdict inspect_backup(int file);

}  // namespace decree::tools

#endif  // DECREE_TOOLS_INSPECT_H_
