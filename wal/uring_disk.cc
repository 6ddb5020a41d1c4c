#include "wal/uring_disk.h"

#include <utility>

namespace decree::wal {

UringDisk::UringDisk(DirectoryHandle handle, WriteMode mode)
    : Directory(std::move(handle)), mode_(mode), queue_(uring(), mode) {}

UringDisk::~UringDisk() {
  while (queue_.busy()) Directory::wait();
}

std::error_code UringDisk::read(FileId file, std::uint64_t offset, std::span<std::byte> into) {
  const bool ahead = ahead_ && ahead_->is_started(fd_of(file), offset, into);
  if (ahead && ahead_->finish()) return {};
  return Directory::read(file, offset, into);
}

/// Past the page cache, as read() is.
void UringDisk::read_ahead(FileId file, std::uint64_t offset, std::span<std::byte> into) {
  if (!direct()) return;
  if (ahead_ == nullptr) ahead_ = ReadAhead::open();
  if (ahead_ != nullptr && !ahead_->start(fd_of(file), offset, into)) ahead_.reset();
}

void UringDisk::close(FileId file) {
  if (ahead_ && ahead_->uses(fd_of(file))) static_cast<void>(ahead_->finish());
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
