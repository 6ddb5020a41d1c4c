// Looks at a directory, or at a backup, and says what is damaged.
#ifndef DECREE_TOOLS_INSPECT_H_
#define DECREE_TOOLS_INSPECT_H_

#include <string>

#include "tools/listing.h"
#include "tools/verdict.h"

namespace decree::tools {

/// Of a replica that is not running.
Verdict inspect_log(const std::string& directory, Listing& listing);
/// An open file or pipe.
Verdict inspect_backup(int file);

}  // namespace decree::tools

#endif  // DECREE_TOOLS_INSPECT_H_
