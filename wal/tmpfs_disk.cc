#include "wal/tmpfs_disk.h"

#include <linux/magic.h>
#include <sys/vfs.h>

namespace decree::wal {

void TmpfsDisk::submit_write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes,
                             std::uint64_t token) {
  done_.push_back({token, write_all(fd_of(file), offset, bytes)});
}

void TmpfsDisk::poll(std::vector<Completion>& completions) {
  completions.insert(completions.end(), done_.begin(), done_.end());
  done_.clear();
  take_made(completions);
}

bool is_in_memory(int directory) {
  struct statfs about {};
  if (::fstatfs(directory, &about) != 0) return false;
  return about.f_type == TMPFS_MAGIC || about.f_type == RAMFS_MAGIC;
}

}  // namespace decree::wal
