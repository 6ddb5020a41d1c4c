// Makes the directory of a new cluster's replica out of a backup.
#ifndef DECREE_TOOLS_RESTORE_H_
#define DECREE_TOOLS_RESTORE_H_

#include <cstdint>
#include <string>

#include "decree/types.h"
#include "tools/backup_reader.h"
#include "tools/verdict.h"

namespace decree::tools {

/// Whose directory it will be.
struct NewReplica {
  std::string directory;  // missing or empty
  std::uint64_t cluster = 0;
  ReplicaId id;
};

/// The directory has its name when all of it is durable, and not before: it is made beside. Its
/// replica has promised nothing and knows the backup's slots to be chosen. `slot` is set to the
/// last of them.
Verdict restore(BackupReader& backup, const NewReplica& replica, Slot& slot);

}  // namespace decree::tools

#endif  // DECREE_TOOLS_RESTORE_H_
