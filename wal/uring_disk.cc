#include "wal/uring_disk.h"

#include <utility>

namespace decree::wal {

UringDisk::UringDisk(DirectoryHandle handle, WriteMode mode)
    : Directory(std::move(handle)), mode_(mode), queue_(uring(), mode) {}

UringDisk::~UringDisk() {
  while (queue_.busy()) Directory::wait();
}

void UringDisk::close(FileId file) {
  uring().forget(fd_of(file));
  Directory::close(file);
}

void UringDisk::submit_write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes,
                             std::uint64_t token) {
  queue_.submit_write(fd_of(file), offset, bytes, token);
}

void UringDisk::poll(std::vector<Completion>& completions) {
  queue_.reap(completions);
  take_made(completions);
}

std::string UringDisk::description() const {
  switch (mode_) {
    case WriteMode::direct_dsync:
      return "io_uring O_DIRECT+RWF_DSYNC";
    case WriteMode::direct_then_sync:
      return "io_uring O_DIRECT+fdatasync";
    case WriteMode::buffered_then_sync:
      break;
  }
  return "io_uring write+fdatasync";
}

}  // namespace decree::wal
