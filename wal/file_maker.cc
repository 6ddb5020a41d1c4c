#include "wal/file_maker.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "wal/disk.h"

namespace decree::wal {
namespace {

constexpr std::chrono::milliseconds kPause{100};
/// Of a file that nobody waits for: the log needs the device more.
constexpr std::uint64_t kBytesPerSecond = 64u << 20;
constexpr std::chrono::milliseconds kBetweenRemovals{10};
constexpr std::chrono::seconds kUntilRead{1};

BlockBuffer copy_of(std::span<const std::byte> head) {
  BlockBuffer copy(head.size() / kBlockSize);
  std::copy(head.begin(), head.end(), copy.bytes().begin());
  return copy;
}

// Where it cannot be had that others come first it is not missed: the pace is bounded anyway.

/// The calling thread gets a quarter of a processor that another wants, too.
void lower_priority() {
  constexpr int kNice = 5;
  static_cast<void>(::setpriority(PRIO_PROCESS, 0, kNice));  // one thread, on Linux
}

/// What it reads and writes comes after all else at the device, or no more so.
void let_others_first(bool first) {
  constexpr int kThisThread = 1;  // IOPRIO_WHO_PROCESS, which names a thread
  constexpr int kClassShift = 13;
  constexpr int kNone = 0;  // as it was
  constexpr int kIdle = 3;
  const int priority = (first ? kIdle : kNone) << kClassShift;
  static_cast<void>(::syscall(SYS_ioprio_set, kThisThread, 0, priority));
}

}  // namespace

FileMaker::FileMaker(int directory, bool direct, Urgency urgency, proactor::Proactor& user)
    : directory_(directory), direct_(direct), urgency_(urgency), user_(user), thread_([this] {
        run();
      }) {}

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
  submit(Job{name, copy_of(head), size, {}, {}, false, token});
}

void FileMaker::submit_reuse(const std::string& from, const std::string& name,
                             std::span<const std::byte> head, std::uint64_t token) {
  submit(Job{name, copy_of(head), 0, from, {}, false, token});
}

void FileMaker::submit_source(const std::string& name, std::unique_ptr<FileSource> source,
                              std::uint64_t token) {
  submit(Job{name, {}, 0, {}, std::move(source), false, token});
}

void FileMaker::submit_remove(const std::string& name, std::uint64_t token) {
  submit(Job{name, {}, 0, {}, {}, true, token});
}

void FileMaker::submit_check(const std::string& name, std::uint64_t offset, std::uint64_t bytes,
                             Disk::Check check, std::uint64_t token) {
  submit(Job{name, {}, bytes, {}, {}, false, token, offset, std::move(check)});
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
  if (urgency_ == Urgency::patient) {
    lower_priority();
    let_others_first(true);
  }
  Job job;
  while (next(job)) {
    MadeFile made{job.token, {}, {}};
    made.error = carry_out(job, made.fd);
    if (job.remove && made.error == std::errc::operation_would_block) {
      put_off(std::move(job));
      continue;
    }
    job.source.reset();
    const bool checked = static_cast<bool>(std::exchange(job.check, {}));
    if (made.error && !checked) pause(kPause);  // it is asked for again
    report(std::move(made));
  }
}

std::error_code FileMaker::carry_out(Job& job, UniqueFd& made) {
  if (job.remove) return remove(job.name);
  if (job.check) return check(job);
  if (job.source) {
    auto due = std::chrono::steady_clock::now();
    std::uint64_t before = 0;
    bool hurries = false;
    const auto pace = [&](std::uint64_t bytes) {
      const std::uint64_t piece = bytes - std::exchange(before, bytes);
      due += std::chrono::nanoseconds(piece * 1'000'000'000 / kBytesPerSecond);
      const bool before_this = std::exchange(hurries, job.source->hurries());
      if (hurries != before_this) let_others_first(!hurries);
      const auto now = std::chrono::steady_clock::now();
      if (hurries) due = now;
      pause(due - now);
    };
    const std::error_code error =
        write_file(directory_, job.name, direct_, *job.source, pace, stop_);
    if (hurries) let_others_first(true);
    if (error) static_cast<void>(remove(unfinished_name(job.name)));
    return error;
  }
  const FileToMake file{directory_, job.name, job.head.bytes(), job.size, direct_};
  return job.from.empty() ? make_file(file, stop_, made) : reuse_file(file, job.from, made);
}

std::error_code FileMaker::remove(const std::string& name) {
  return remove_file(
      directory_, name, [this] { pause(kBetweenRemovals); }, stop_);
}

std::error_code FileMaker::check(const Job& job) const {
  const BlockBuffer buffer(job.size / kBlockSize);
  const std::span<std::byte> bytes = buffer.bytes();
  if (const auto error = read_part(directory_, job.name, direct_, job.offset, bytes, stop_)) {
    return error;
  }
  return job.check(bytes) ? std::error_code() : std::make_error_code(std::errc::bad_message);
}

bool FileMaker::next(Job& job) {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const auto first = std::ranges::min_element(jobs_, {}, &Job::not_before);
    if (first == jobs_.end()) {
      wake_.wait(lock);
    } else if (first->not_before > std::chrono::steady_clock::now()) {
      wake_.wait_until(lock, first->not_before);
    } else {
      job = std::move(*first);
      jobs_.erase(first);
      return true;
    }
  }
  return false;
}

void FileMaker::put_off(Job job) {
  job.not_before = std::chrono::steady_clock::now() + kUntilRead;
  submit(std::move(job));
}

void FileMaker::pause(std::chrono::nanoseconds time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [this] { return stop_.load(); });
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
