// A directory whose writes are done by a helper thread: where io_uring is refused.
#ifndef DECREE_WAL_THREAD_DISK_H_
#define DECREE_WAL_THREAD_DISK_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "wal/directory.h"

namespace decree::wal {

class ThreadDisk final : public Directory {
 public:
  explicit ThreadDisk(DirectoryHandle handle);
  ThreadDisk(const ThreadDisk&) = delete;
  ThreadDisk& operator=(const ThreadDisk&) = delete;
  /// Finishes what was flushed.
  ~ThreadDisk() override;

  void submit_write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes,
                    std::uint64_t token) override;
  void flush() override;
  void poll(std::vector<Completion>& completions) override;
  [[nodiscard]] bool ready() const override {
    return has_done_.load(std::memory_order_acquire) || has_made();
  }
  [[nodiscard]] std::string description() const override;

 private:
  struct Job {
    int fd = -1;
    std::uint64_t offset = 0;
    std::span<const std::byte> bytes;
    std::uint64_t token = 0;
    std::error_code error;
  };

  void run();
  bool next(std::vector<Job>& jobs);
  static void carry_out(std::vector<Job>& jobs);
  void report(const std::vector<Job>& jobs);

  std::vector<Job> staged_;  // until flush()
  std::atomic<bool> has_done_{false};
  std::mutex mutex_;  // guards the rest
  std::condition_variable wake_;
  bool stop_ = false;
  std::vector<Job> jobs_;
  std::vector<Completion> done_;
  std::thread thread_;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_THREAD_DISK_H_
