// Opens the directory of a log on a real disk.
#ifndef DECREE_WAL_OPEN_DISK_H_
#define DECREE_WAL_OPEN_DISK_H_

#include <memory>
#include <string>

#include "wal/disk.h"

namespace decree::wal {

enum class DiskKind {
  fastest,  // io_uring if the kernel allows it, else threads
  threads,
};

struct DiskOptions {
  std::string directory;  // made if missing, for its owner only
  DiskKind kind = DiskKind::fastest;
};

/// Takes the directory's lock, measures the device and picks the cheapest durable write. On failure
/// returns null and says in `problem` what is wrong and what to do. `notice` gets a sentence if
/// something slower had to be used, else it is empty.
std::unique_ptr<Disk> open_disk(const DiskOptions& options, std::string& notice,
                                std::string& problem);

/// For looking at a closed directory: nothing can be written. Refuses one that is in use.
std::unique_ptr<Disk> open_disk_read_only(const std::string& directory, std::string& problem);

}  // namespace decree::wal

#endif  // DECREE_WAL_OPEN_DISK_H_
