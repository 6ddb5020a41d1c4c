// The replies of COMMAND.
#ifndef DECREE_EXAMPLES_KV_COMMAND_LIST_H_
#define DECREE_EXAMPLES_KV_COMMAND_LIST_H_

#include "examples/kv/command.h"

namespace decree::kv {

void list_commands(ReplyWriter& reply);
void count_commands(ReplyWriter& reply);
/// Of all commands if there are no names; null for a name that is none.
void describe_commands(Arguments names, ReplyWriter& reply);

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_COMMAND_LIST_H_
