// Opens the directory of a log on a real disk.
#ifndef DECREE_WAL_OPEN_DISK_H_
#define DECREE_WAL_OPEN_DISK_H_

#include <memory>
#include <string>

#include "proactor/proactor.h"
#include "wal/disk.h"

namespace decree::wal {

/// Takes the directory's lock, making the directory if it is missing, for its owner only; measures
/// the device and picks the cheapest durable write. The disk belongs to the thread that waits in
/// `proactor`, and writes through it if that is an io_uring, else by a helper thread, and in memory
/// by itself. On failure returns null and says in `problem` what is wrong and what to do. `notice`
/// gets a sentence if something slower had to be used or nothing here is durable, else it is empty.
std::unique_ptr<Disk> open_disk(const std::string& directory, proactor::Proactor& proactor,
                                std::string& notice, std::string& problem);

/// For looking at a closed directory: nothing can be written. Refuses one that is in use.
std::unique_ptr<Disk> open_disk_read_only(const std::string& directory, std::string& problem);
/// The same without the lock: the directory may be in use, and change while it is read.
std::unique_ptr<Disk> open_disk_in_use(const std::string& directory, std::string& problem);

}  // namespace decree::wal

#endif  // DECREE_WAL_OPEN_DISK_H_
