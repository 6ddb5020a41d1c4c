// Gets back from the peers what a directory has lost.
#ifndef DECREE_TOOLS_REPAIR_H_
#define DECREE_TOOLS_REPAIR_H_

#include <chrono>
#include <string>

#include "tools/verdict.h"

namespace decree::tools {

/// Takes the place of the replica of that directory, which must not be running: says what is
/// damaged, asks the others of the group for it and writes it into the log, whatever the group's
/// state machine is. It gives no vote and no lease meanwhile, so that it needs none of the group's
/// settings. `members` is the group as Options::members has it, see parse_members().
Verdict repair(const std::string& directory, const std::string& members,
               std::chrono::seconds patience);

}  // namespace decree::tools

#endif  // DECREE_TOOLS_REPAIR_H_
