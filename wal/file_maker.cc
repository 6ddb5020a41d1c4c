#include "wal/file_maker.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "wal/disk.h"

namespace decree::wal {
namespace {

constexpr std::chrono::milliseconds kPause{100};

BlockBuffer copy_of(std::span<const std::byte> head) {
  BlockBuffer copy(head.size() / kBlockSize);
  std::copy(head.begin(), head.end(), copy.bytes().begin());
  return copy;
}

}  // namespace

FileMaker::FileMaker(int directory, bool direct, proactor::Proactor& user)
    : directory_(directory), direct_(direct), user_(user), thread_([this] { run(); }) {}

FileMaker::~FileMaker() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void FileMaker::submit(const std::string& name, std::span<const std::byte> head, std::uint64_t size,
                       std::uint64_t token) {
  submit(Job{name, copy_of(head), size, {}, token});
}

void FileMaker::submit_reuse(const std::string& from, const std::string& name,
                             std::span<const std::byte> head, std::uint64_t token) {
  submit(Job{name, copy_of(head), 0, from, token});
}

void FileMaker::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void FileMaker::take(std::vector<MadeFile>& made) {
  const std::lock_guard lock(mutex_);
  for (MadeFile& file : made_) made.push_back(std::move(file));
  made_.clear();
  has_made_ = false;
}

void FileMaker::run() {
  Job job;
  while (next(job)) {
    MadeFile made{job.token, {}, {}};
    const FileToMake file{directory_, job.name, job.head.bytes(), job.size, direct_};
    made.error =
        job.from.empty() ? make_file(file, stop_, made.fd) : reuse_file(file, job.from, made.fd);
    if (made.error == std::errc::no_space_on_device) pause();
    report(std::move(made));
  }
}

bool FileMaker::next(Job& job) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
  if (stop_) return false;
  job = std::move(jobs_.front());
  jobs_.pop_front();
  return true;
}

void FileMaker::pause() {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, kPause, [this] { return stop_.load(); });
}

void FileMaker::report(MadeFile made) {
  {
    const std::lock_guard lock(mutex_);
    made_.push_back(std::move(made));
    has_made_.store(true, std::memory_order_release);
  }
  user_.wake();
}

}  // namespace decree::wal
