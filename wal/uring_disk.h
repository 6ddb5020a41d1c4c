// A directory whose writes go through io_uring.
#ifndef DECREE_WAL_URING_DISK_H_
#define DECREE_WAL_URING_DISK_H_

#include <memory>
#include <string>
#include <vector>

#include "wal/directory.h"
#include "wal/uring_queue.h"

namespace decree::wal {

class UringDisk final : public Directory {
 public:
  /// `queue` signals the handle's eventfd.
  UringDisk(DirectoryHandle handle, WriteMode mode, std::unique_ptr<UringQueue> queue);
  ~UringDisk() override;

  void close(FileId file) override;
  void submit_write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes,
                    std::uint64_t token) override;
  void flush() override;
  void poll(std::vector<Completion>& completions) override;
  [[nodiscard]] std::string description() const override;

 private:
  [[nodiscard]] bool has_events() const { return queue_->has_completions() || has_made(); }

  WriteMode mode_;
  std::unique_ptr<UringQueue> queue_;
  unsigned idle_polls_ = 0;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_URING_DISK_H_
