#include "tools/backup_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "wal/posix_file.h"

namespace decree::tools {
namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;

std::string failed(const std::string& path, const std::error_code& error) {
  return path + " cannot be made: " + error.message();
}

}  // namespace

BackupFile::~BackupFile() {
  if (fd_) ::unlink(path_.c_str());
}

std::string BackupFile::create(const std::string& directory) {
  directory_ = directory;
  if (::mkdir(directory.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
    return failed(directory, wal::last_error());
  }
  path_ = wal::unfinished_name(fmt::format("{}/{}", directory, ::getpid()));
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  fd_ = UniqueFd(::open(path_.c_str(), flags, kFileMode));
  return fd_ ? std::string() : failed(path_, wal::last_error());
}

std::string BackupFile::publish(Slot slot) {
  const std::string path = fmt::format("{}/slot-{:020}.backup", directory_, slot.value);
  if (::fsync(fd_.get()) != 0) return failed(path, wal::last_error());
  if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    return failed(path, wal::last_error());
  }
  path_ = path;
  fd_ = UniqueFd();
  const std::error_code error = wal::sync_directory(directory_);
  return error ? failed(path, error) : std::string();
}

}  // namespace decree::tools
