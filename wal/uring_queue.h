// Durable writes through an io_uring.
#ifndef DECREE_WAL_URING_QUEUE_H_
#define DECREE_WAL_URING_QUEUE_H_

#include <liburing.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <system_error>
#include <vector>

#include "wal/disk.h"
#include "wal/durable_write.h"

namespace decree::wal {

/// Belongs to the thread that calls flush() first, which need not be the one that opened it.
class UringQueue {
 public:
  /// Null and an error if the kernel refuses io_uring or lacks what is needed of it. Completions
  /// make `event_fd` readable.
  static std::unique_ptr<UringQueue> open(WriteMode mode, int event_fd, std::error_code& error);
  UringQueue(const UringQueue&) = delete;
  UringQueue& operator=(const UringQueue&) = delete;
  ~UringQueue();

  void submit_write(int fd, std::uint64_t offset, std::span<const std::byte> bytes,
                    std::uint64_t token);
  /// One system call, or none if nothing was submitted.
  void flush();
  /// True if reap() may have something. No system call.
  [[nodiscard]] bool has_completions() const;
  /// True if something that was flushed was not taken by the kernel yet, or never will.
  [[nodiscard]] bool has_unsent() const { return flushed_ && prepared_ != 0; }
  /// Appends the completions that have arrived.
  void reap(std::vector<Completion>& completions);
  /// The file is about to be closed.
  void forget(int fd);

 private:
  static constexpr unsigned kFixedFiles = 8;

  struct Operation {
    DurableWrite write;
    int fd = -1;
    std::uint64_t token = 0;
    bool used = false;
  };

  explicit UringQueue(WriteMode mode) : mode_(mode) {}
  std::error_code set_up(int event_fd);
  io_uring_sqe* next_entry();
  void prepare(std::uint32_t index);
  void set_file(io_uring_sqe* entry, int fd);
  int fixed_index(int fd);
  std::uint32_t free_operation();
  void take(const io_uring_cqe& entry, std::vector<Completion>& completions);
  void finish(Operation& operation, std::error_code error, std::vector<Completion>& completions);

  WriteMode mode_;
  io_uring ring_{};
  bool ready_ = false;    // ring_ is to be torn down
  bool enabled_ = false;  // it has found its thread
  bool flushed_ = false;  // since the last entry was prepared
  bool fixed_files_ = false;
  std::array<int, kFixedFiles> fixed_{};  // the descriptors registered, or -1
  unsigned next_fixed_ = 0;
  std::vector<Operation> operations_;
  std::vector<std::uint32_t> free_;
  unsigned prepared_ = 0;  // entries not handed to the kernel
  std::error_code broken_;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_URING_QUEUE_H_
