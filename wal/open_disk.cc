#include "wal/open_disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "paxos/assert.h"
#include "wal/block_buffer.h"
#include "wal/directory.h"
#include "wal/thread_disk.h"
#include "wal/tmpfs_disk.h"
#include "wal/uring_disk.h"
#include "wal/write_probe.h"

namespace decree::wal {
namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kLockMode = 0600;
constexpr char kDirectProbeName[] = "direct.new";

std::string sentence(const std::string& directory, const std::string& what) {
  return directory + ": " + what;
}

std::string explain_open(const std::string& directory) {
  if (errno == ENOTDIR) return sentence(directory, "is not a directory; choose another path");
  if (errno == EACCES) {
    return sentence(directory,
                    "cannot be entered: permission denied; it must belong to the user "
                    "that runs the replica, with mode 0700");
  }
  return sentence(directory, "cannot be opened: " + last_error().message());
}

std::string explain_lock(const std::string& directory) {
  if (errno == EWOULDBLOCK) {
    return sentence(directory,
                    "is in use by another process, which holds its lock; stop that "
                    "process or choose another directory");
  }
  return sentence(directory, "its lock cannot be taken: " + last_error().message());
}

std::string enter(const std::string& directory, DirectoryHandle& handle) {
  if (handle.writable && ::mkdir(directory.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
    return sentence(directory, "cannot be made: " + last_error().message());
  }
  handle.directory = UniqueFd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.directory) return explain_open(directory);
  return {};
}

std::string open_lock(const std::string& directory, DirectoryHandle& handle) {
  const int flags = O_CLOEXEC | (handle.writable ? O_RDWR | O_CREAT : O_RDONLY);
  handle.lock = UniqueFd(::openat(handle.directory.get(), kLockName, flags, kLockMode));
  if (!handle.lock && errno == ENOENT) {
    return sentence(directory, "has no file `lock`: it is not the directory of a log");
  }
  if (!handle.lock && errno == EACCES) {
    return sentence(directory,
                    "cannot be written to: permission denied; it must belong to the "
                    "user that runs the replica, with mode 0700");
  }
  if (handle.lock) return {};
  return sentence(directory, "its lock cannot be opened: " + last_error().message());
}

std::string lock(const std::string& directory, DirectoryHandle& handle) {
  std::string problem = open_lock(directory, handle);
  if (!problem.empty()) return problem;
  const int kind = handle.writable ? LOCK_EX : LOCK_SH;
  return ::flock(handle.lock.get(), kind | LOCK_NB) == 0 ? std::string() : explain_lock(directory);
}

/// What an opening that was killed left over.
void remove_unfinished(const DirectoryHandle& handle) {
  std::vector<std::string> names;
  static_cast<void>(list_files(handle.directory.get(), names));
  for (const std::string& name : names) {
    if (is_unfinished(name)) ::unlinkat(handle.directory.get(), name.c_str(), 0);
  }
}

bool takes_direct(const DirectoryHandle& handle) {
  const int flags = O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_DIRECT;
  const UniqueFd fd(::openat(handle.directory.get(), kDirectProbeName, flags, kLockMode));
  ::unlinkat(handle.directory.get(), kDirectProbeName, 0);
  if (!fd) return false;
  const BlockBuffer block(1);
  std::fill(block.bytes().begin(), block.bytes().end(), std::byte{0});
  const std::error_code error = write_all(fd.get(), 0, block.bytes());
  return !error || error == std::errc::no_space_on_device;
}

/// Reads and nothing else.
class ReadOnlyDisk final : public Directory {
 public:
  using Directory::Directory;
  void submit_write(FileId, std::uint64_t, std::span<const std::byte>, std::uint64_t) override {
    DECREE_ASSERT(false, "nothing is written to a disk that is only looked at");
  }
  void flush() override {}
  void poll(std::vector<Completion>&) override {}
  [[nodiscard]] bool ready() const override { return false; }
  bool wait() override { return false; }
  [[nodiscard]] std::string description() const override { return "read only"; }
};

std::unique_ptr<Disk> open_to_read(const std::string& directory, bool locked,
                                   std::string& problem) {
  DirectoryHandle handle;
  handle.writable = false;
  problem = enter(directory, handle);
  if (problem.empty()) problem = (locked ? lock : open_lock)(directory, handle);
  if (!problem.empty()) return nullptr;
  const UniqueFd direct(
      ::openat(handle.directory.get(), kLockName, O_RDONLY | O_CLOEXEC | O_DIRECT));
  handle.direct = static_cast<bool>(direct);
  return std::make_unique<ReadOnlyDisk>(std::move(handle));
}

constexpr char kSlowDirectory[] =
    "The file system refuses O_DIRECT; writes go through the page cache";
constexpr char kInMemory[] =
    "The directory is on a file system in memory: nothing in it survives the loss of power";

}  // namespace

std::unique_ptr<Disk> open_disk(const std::string& directory, proactor::Proactor& proactor,
                                std::string& notice, std::string& problem) {
  notice.clear();
  DirectoryHandle handle;
  handle.proactor = &proactor;
  problem = enter(directory, handle);
  if (problem.empty()) problem = lock(directory, handle);
  if (!problem.empty()) return nullptr;
  remove_unfinished(handle);
  handle.direct = takes_direct(handle);
  if (is_in_memory(handle.directory.get())) {
    notice = kInMemory;
    return std::make_unique<TmpfsDisk>(std::move(handle));
  }
  if (!handle.direct) notice = kSlowDirectory;
  if (proactor.uring() == nullptr) return std::make_unique<ThreadDisk>(std::move(handle));
  WriteMode mode{};
  if (const auto refusal = probe_writes(handle, mode)) {
    if (!notice.empty()) notice += ". ";
    notice += "Writes through io_uring fail (" + refusal.message() +
              "); they go through a helper thread, which is slower";
    return std::make_unique<ThreadDisk>(std::move(handle));
  }
  return std::make_unique<UringDisk>(std::move(handle), mode);
}

std::unique_ptr<Disk> open_disk_read_only(const std::string& directory, std::string& problem) {
  return open_to_read(directory, true, problem);
}

std::unique_ptr<Disk> open_disk_in_use(const std::string& directory, std::string& problem) {
  return open_to_read(directory, false, problem);
}

}  // namespace decree::wal
