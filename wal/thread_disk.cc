#include "wal/thread_disk.h"

#include <unistd.h>

#include <utility>

namespace decree::wal {

ThreadDisk::ThreadDisk(DirectoryHandle handle)
    : Directory(std::move(handle)), thread_([this] { run(); }) {}

ThreadDisk::~ThreadDisk() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void ThreadDisk::submit_write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes,
                              std::uint64_t token) {
  staged_.push_back({fd_of(file), offset, bytes, token, {}});
}

void ThreadDisk::flush() {
  if (staged_.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    jobs_.insert(jobs_.end(), staged_.begin(), staged_.end());
  }
  staged_.clear();
  wake_.notify_one();
}

void ThreadDisk::poll(std::vector<Completion>& completions) {
  if (!ready()) return;
  take_made(completions);
  const std::lock_guard lock(mutex_);
  completions.insert(completions.end(), done_.begin(), done_.end());
  done_.clear();
  has_done_ = false;
}

void ThreadDisk::run() {
  std::vector<Job> jobs;
  while (next(jobs)) {
    carry_out(jobs);
    report(jobs);
  }
}

bool ThreadDisk::next(std::vector<Job>& jobs) {
  jobs.clear();
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
  jobs.swap(jobs_);
  return !jobs.empty();
}

void ThreadDisk::carry_out(std::vector<Job>& jobs) {
  for (Job& job : jobs) job.error = write_all(job.fd, job.offset, job.bytes);
  // One sync for all writes of a file; a failed one is never repeated.
  for (std::size_t i = 0; i < jobs.size();) {
    const int fd = jobs[i].fd;
    const std::error_code error = ::fdatasync(fd) == 0 ? std::error_code() : last_error();
    for (; i < jobs.size() && jobs[i].fd == fd; ++i) {
      if (!jobs[i].error) jobs[i].error = error;
    }
  }
}

void ThreadDisk::report(const std::vector<Job>& jobs) {
  {
    const std::lock_guard lock(mutex_);
    for (const Job& job : jobs) done_.push_back({job.token, job.error});
    has_done_.store(true, std::memory_order_release);
  }
  proactor().wake();
}

std::string ThreadDisk::description() const {
  return direct() ? "pwrite O_DIRECT+fdatasync" : "pwrite+fdatasync";
}

}  // namespace decree::wal
