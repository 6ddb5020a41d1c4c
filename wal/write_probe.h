// Finds the cheapest way to make a write durable, by measuring.
#ifndef DECREE_WAL_WRITE_PROBE_H_
#define DECREE_WAL_WRITE_PROBE_H_

#include <system_error>

#include "wal/directory.h"
#include "wal/durable_write.h"

namespace decree::wal {

/// Writes a few blocks to a scratch file in each way. The error says why io_uring cannot be used.
std::error_code probe_writes(const DirectoryHandle& handle, WriteMode& cheapest);

}  // namespace decree::wal

#endif  // DECREE_WAL_WRITE_PROBE_H_
