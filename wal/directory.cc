#include "wal/directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

#include "paxos/assert.h"

namespace decree::wal {
namespace {

const std::atomic<bool> kNeverStop{false};
constexpr std::chrono::seconds kLongWait{1};

}  // namespace

Directory::Directory(DirectoryHandle handle) : handle_(std::move(handle)) {}

std::error_code Directory::list(std::vector<std::string>& names) {
  return list_files(handle_.directory.get(), names);
}

FileId Directory::add(UniqueFd fd) {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const FileId file{static_cast<std::uint32_t>(i + 1)};
    const auto same = [&](const Making& making) { return making.file == file; };
    if (files_[i] || std::any_of(making_.begin(), making_.end(), same)) continue;
    files_[i] = std::move(fd);
    return file;
  }
  files_.push_back(std::move(fd));
  return FileId{static_cast<std::uint32_t>(files_.size())};
}

int Directory::fd_of(FileId file) const {
  DECREE_ASSERT(file != FileId{} && file.value <= files_.size(), "a file that was opened");
  const int fd = files_[file.value - 1].get();
  DECREE_ASSERT(fd >= 0, "a file that is open");
  return fd;
}

std::error_code Directory::open(const std::string& name, FileId& file, std::uint64_t& size) {
  const int flags = (handle_.writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW |
                    (handle_.direct ? O_DIRECT : 0);
  UniqueFd fd(::openat(handle_.directory.get(), name.c_str(), flags));
  struct stat facts {};
  if (!fd || ::fstat(fd.get(), &facts) != 0) return last_error();
  if (!S_ISREG(facts.st_mode)) return std::make_error_code(std::errc::invalid_argument);
  static_cast<void>(::flock(fd.get(), LOCK_SH | LOCK_NB));  // see remove_file()
  size = static_cast<std::uint64_t>(facts.st_size);
  file = add(std::move(fd));
  return {};
}

std::error_code Directory::create(const std::string& name, std::span<const std::byte> head,
                                  std::uint64_t size, FileId& file) {
  UniqueFd made;
  const FileToMake wanted{handle_.directory.get(), name, head, size, handle_.direct};
  if (const auto error = make_file(wanted, kNeverStop, made)) return error;
  file = add(std::move(made));
  return {};
}

std::error_code Directory::replace(const std::string& name, std::span<const std::byte> bytes) {
  const std::string beside = unfinished_name(name);
  const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  UniqueFd fd(::openat(handle_.directory.get(), beside.c_str(), flags, 0600));
  if (!fd) return last_error();
  if (const auto error = write_all(fd.get(), 0, bytes)) return error;
  if (::fsync(fd.get()) != 0) return last_error();
  return rename(beside, name);
}

std::error_code Directory::rename(const std::string& from, const std::string& to) {
  const int directory = handle_.directory.get();
  if (::renameat(directory, from.c_str(), directory, to.c_str()) != 0) return last_error();
  return sync_directory();
}

std::error_code Directory::remove(const std::string& name) {
  if (::unlinkat(handle_.directory.get(), name.c_str(), 0) != 0) return last_error();
  return sync_directory();
}

std::error_code Directory::sync_directory() const {
  return ::fsync(handle_.directory.get()) == 0 ? std::error_code() : last_error();
}

std::error_code Directory::read(FileId file, std::uint64_t offset, std::span<std::byte> into) {
  return read_medium(fd_of(file), handle_.direct, offset, into);
}

std::error_code Directory::sync(FileId file) {
  return ::fsync(fd_of(file)) == 0 ? std::error_code() : last_error();
}

std::error_code Directory::write(FileId file, std::uint64_t offset,
                                 std::span<const std::byte> bytes) {
  const std::error_code error = write_all(fd_of(file), offset, bytes);
  return error ? error : sync(file);
}

void Directory::close(FileId file) {
  DECREE_ASSERT(fd_of(file) >= 0, "a file that is open");
  files_[file.value - 1] = UniqueFd();
}

FileId Directory::submit_create(const std::string& name, std::span<const std::byte> head,
                                std::uint64_t size, std::uint64_t token) {
  const FileId file = add_making(token);
  maker().submit(name, head, size, token);
  return file;
}

FileId Directory::submit_reuse(const std::string& from, const std::string& name,
                               std::span<const std::byte> head, std::uint64_t token) {
  const FileId file = add_making(token);
  maker().submit_reuse(from, name, head, token);
  return file;
}

void Directory::submit_file(const std::string& name, std::unique_ptr<FileSource> source,
                            std::uint64_t token) {
  patient_maker().submit_source(name, std::move(source), token);
}

void Directory::submit_remove(const std::string& name, std::uint64_t token) {
  patient_maker().submit_remove(name, token);
}

void Directory::submit_check(const std::string& name, std::uint64_t offset, std::uint64_t bytes,
                             Check check, std::uint64_t token) {
  patient_maker().submit_check(name, offset, bytes, std::move(check), token);
}

FileMaker& Directory::maker() { return running(maker_, FileMaker::Urgency::appends_wait); }

FileMaker& Directory::patient_maker() {
  return running(patient_maker_, FileMaker::Urgency::patient);
}

FileMaker& Directory::running(std::unique_ptr<FileMaker>& maker, FileMaker::Urgency urgency) {
  if (!maker) {
    const int directory = handle_.directory.get();
    maker = std::make_unique<FileMaker>(directory, handle_.direct, urgency, proactor());
  }
  return *maker;
}

FileId Directory::add_making(std::uint64_t token) {
  const FileId file = add(UniqueFd());
  making_.push_back({token, file});
  return file;
}

void Directory::take_made(std::vector<Completion>& completions) {
  if (!has_made()) return;
  made_.clear();
  if (maker_) maker_->take(made_);
  for (MadeFile& made : made_) {
    const auto same = [&](const Making& making) { return making.token == made.token; };
    const auto making = std::find_if(making_.begin(), making_.end(), same);
    DECREE_ASSERT(making != making_.end(), "files that are made were asked for");
    files_[making->file.value - 1] = std::move(made.fd);
    making_.erase(making);
  }
  if (patient_maker_) patient_maker_->take(made_);
  for (const MadeFile& made : made_) completions.push_back({made.token, made.error});
}

bool Directory::wait() {
  proactor().wait(kLongWait);
  return true;
}

}  // namespace decree::wal
