// A directory in memory, which nobody can make durable.
#ifndef DECREE_WAL_TMPFS_DISK_H_
#define DECREE_WAL_TMPFS_DISK_H_

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "wal/directory.h"

namespace decree::wal {

/// Writes are copies, done in the call that submits them: an io_uring would hand each of them to a
/// thread of the kernel.
class TmpfsDisk final : public Directory {
 public:
  explicit TmpfsDisk(DirectoryHandle handle) : Directory(std::move(handle)) {}

  void submit_write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes,
                    std::uint64_t token) override;
  void flush() override {}
  void poll(std::vector<Completion>& completions) override;
  [[nodiscard]] bool ready() const override { return !done_.empty() || has_made(); }
  bool wait() override { return ready() || Directory::wait(); }
  [[nodiscard]] std::string description() const override { return "tmpfs, not durable"; }

 private:
  std::vector<Completion> done_;
};

/// True if what is written in that directory is kept in memory and nowhere else.
[[nodiscard]] bool is_in_memory(int directory);

}  // namespace decree::wal

#endif  // DECREE_WAL_TMPFS_DISK_H_
