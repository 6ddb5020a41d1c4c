// A directory whose writes go through io_uring.
#ifndef DECREE_WAL_URING_DISK_H_
#define DECREE_WAL_URING_DISK_H_

#include <memory>
#include <string>
#include <vector>

#include "wal/directory.h"
#include "wal/read_ahead.h"
#include "wal/uring_queue.h"

namespace decree::wal {

class UringDisk final : public Directory {
 public:
  /// The handle's proactor is an io_uring.
  UringDisk(DirectoryHandle handle, WriteMode mode);
  UringDisk(const UringDisk&) = delete;
  UringDisk& operator=(const UringDisk&) = delete;
  /// Waits for what is under way.
  ~UringDisk() override;

  std::error_code read(FileId file, std::uint64_t offset, std::span<std::byte> into) override;
  void read_ahead(FileId file, std::uint64_t offset, std::span<std::byte> into) override;
  void close(FileId file) override;
  void submit_write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes,
                    std::uint64_t token) override;
  void flush() override { queue_.flush(); }
  void flush_on_wait() override {}
  void poll(std::vector<Completion>& completions) override;
  [[nodiscard]] bool ready() const override { return queue_.has_completions() || has_made(); }
  [[nodiscard]] std::string description() const override;

 private:
  [[nodiscard]] proactor::UringProactor& uring() const { return *proactor().uring(); }

  WriteMode mode_;
  UringQueue queue_;
  std::unique_ptr<ReadAhead> ahead_;  // starts with the first
};

}  // namespace decree::wal

#endif  // DECREE_WAL_URING_DISK_H_
