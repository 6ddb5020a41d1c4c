// A helper thread that makes files and looks at them, so that appends do not wait for it.
#ifndef DECREE_WAL_FILE_MAKER_H_
#define DECREE_WAL_FILE_MAKER_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "proactor/proactor.h"
#include "wal/block_buffer.h"
#include "wal/posix_file.h"

namespace decree::wal {

/// What was asked for, done or not.
struct MadeFile {
  std::uint64_t token = 0;
  UniqueFd fd;
  std::error_code error;
};

/// Used by one thread, which is woken when take() has something.
class FileMaker {
 public:
  /// A patient one gives way to everything else on the processors and at the device.
  enum class Urgency { appends_wait, patient };

  FileMaker(int directory, bool direct, Urgency urgency, proactor::Proactor& user);
  FileMaker(const FileMaker&) = delete;
  FileMaker& operator=(const FileMaker&) = delete;
  /// Gives up what is not finished.
  ~FileMaker();

  void submit(const std::string& name, std::span<const std::byte> head, std::uint64_t size,
              std::uint64_t token);
  /// Makes it out of the file `from`.
  void submit_reuse(const std::string& from, const std::string& name,
                    std::span<const std::byte> head, std::uint64_t token);
  /// Makes it out of `source`, at a bounded rate.
  void submit_source(const std::string& name, std::unique_ptr<FileSource> source,
                     std::uint64_t token);
  /// Waits until no Directory has it open.
  void submit_remove(const std::string& name, std::uint64_t token);
  void submit_check(const std::string& name, std::uint64_t offset, std::uint64_t bytes,
                    Disk::Check check, std::uint64_t token);
  [[nodiscard]] bool has_made() const { return has_made_.load(std::memory_order_acquire); }
  /// Appends what was made.
  void take(std::vector<MadeFile>& made);

 private:
  struct Job {
    std::string name;
    BlockBuffer head;
    std::uint64_t size = 0;
    std::string from;                    // or what file to make it of,
    std::unique_ptr<FileSource> source;  // or where its bytes come from,
    bool remove = false;                 // or that it goes
    std::uint64_t token = 0;
    std::uint64_t offset = 0;  // of what is not made but checked
    Disk::Check check = {};
    std::chrono::steady_clock::time_point not_before = {};
  };

  void submit(Job job);
  void run();
  bool next(Job& job);
  void put_off(Job job);
  std::error_code carry_out(Job& job, UniqueFd& made);
  std::error_code remove(const std::string& name);
  std::error_code check(const Job& job) const;
  void pause(std::chrono::nanoseconds time);
  void report(MadeFile made);

  int directory_;
  bool direct_;
  Urgency urgency_;
  proactor::Proactor& user_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> has_made_{false};
  std::mutex mutex_;  // guards the rest
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  std::vector<MadeFile> made_;
  std::thread thread_;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_FILE_MAKER_H_
