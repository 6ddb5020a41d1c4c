// A consistent view of the keys, without a pause that grows with them.
#ifndef DECREE_EXAMPLES_KV_FORKED_VIEW_H_
#define DECREE_EXAMPLES_KV_FORKED_VIEW_H_

#include <memory>

#include "decree/snapshot.h"
#include "examples/kv/keyspace.h"

namespace decree::kv {

/// Forks: the child has the keys as they are now, because the kernel copies each page that the
/// parent changes meanwhile, and sends them through a pipe. To fork took 2 to 5 ms for each 100 MiB
/// on the machine of docs/performance.md; the memory doubles at worst. If there is no memory for a
/// child, the view has failed.
std::unique_ptr<SnapshotView> fork_view(const Keyspace& keys);

/// Puts what such a view handed out in the place of what is there.
void restore_view(SnapshotReader& reader, Keyspace& keys);

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_FORKED_VIEW_H_
