#include "wal/uring_disk.h"

#include <utility>

namespace decree::wal {
namespace {

// The kernel may signal a completion that was taken before the signal came. Draining now and then
// keeps such a late signal from waking a waiting caller for ever.
constexpr unsigned kDrainEvery = 64;

}  // namespace

UringDisk::UringDisk(DirectoryHandle handle, WriteMode mode, std::unique_ptr<UringQueue> queue)
    : Directory(std::move(handle)), mode_(mode), queue_(std::move(queue)) {}

UringDisk::~UringDisk() = default;

void UringDisk::close(FileId file) {
  queue_->forget(fd_of(file));
  Directory::close(file);
}

void UringDisk::submit_write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes,
                             std::uint64_t token) {
  queue_->submit_write(fd_of(file), offset, bytes, token);
}

void UringDisk::flush() { queue_->flush(); }

void UringDisk::poll(std::vector<Completion>& completions) {
  if (!has_events() && !queue_->has_unsent()) {
    if (++idle_polls_ % kDrainEvery == 0) drain_events();
    return;
  }
  do {
    queue_->reap(completions);
    take_made(completions);
    drain_events();  // what came after the reaping is seen by has_events()
  } while (has_events());
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
