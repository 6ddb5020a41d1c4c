#include "wal/posix_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "wal/block_buffer.h"
#include "wal/disk.h"

namespace decree::wal {
namespace {

constexpr std::string_view kUnfinished = ".new";
constexpr mode_t kOwnerOnly = 0600;
// Small, so that a batch that arrives meanwhile does not wait long for the device.
constexpr std::uint64_t kPieceBlocks = 64;
constexpr std::uint64_t kGatheredBlocks = 256;  // of a source that hurries
constexpr off_t kRemovedAtOnce = 4 << 20;

struct CloseDirectory {
  void operator()(DIR* stream) const { ::closedir(stream); }
};

std::error_code reserve(int fd, std::uint64_t size) {
  if (::fallocate(fd, 0, 0, static_cast<off_t>(size)) == 0) return {};
  return errno == EOPNOTSUPP ? std::error_code() : last_error();
}

std::error_code fill(int fd, const FileToMake& file, const std::atomic<bool>& stop) {
  if (const auto error = reserve(fd, file.size)) return error;
  if (const auto error = write_all(fd, 0, file.head)) return error;
  const BlockBuffer zeros(kPieceBlocks);
  std::fill(zeros.bytes().begin(), zeros.bytes().end(), std::byte{0});
  for (std::uint64_t offset = file.head.size(); offset < file.size;) {
    if (stop) return std::make_error_code(std::errc::operation_canceled);
    const auto piece =
        zeros.bytes().first(std::min<std::uint64_t>(zeros.bytes().size(), file.size - offset));
    if (const auto error = write_all(fd, offset, piece)) return error;
    offset += piece.size();
  }
  return ::fsync(fd) == 0 ? std::error_code() : last_error();
}

std::error_code publish(int directory, const std::string& former, const std::string& name) {
  if (::faccessat(directory, name.c_str(), F_OK, 0) == 0) {
    return std::make_error_code(std::errc::file_exists);
  }
  const int renamed = ::renameat(directory, former.c_str(), directory, name.c_str());
  if (renamed != 0 || ::fsync(directory) != 0) return last_error();
  return {};
}

std::error_code fill(int fd, FileSource& source, const std::function<void(std::uint64_t)>& pace,
                     const std::atomic<bool>& stop) {
  std::uint64_t offset = kBlockSize;
  const BlockBuffer gathered(kGatheredBlocks);
  std::size_t waiting = 0;
  const auto write_gathered = [&] {
    const auto bytes = gathered.bytes().first(std::exchange(waiting, 0));
    if (const auto error = write_all(fd, offset, bytes)) return error;
    offset += bytes.size();
    pace(offset);
    return stop ? std::make_error_code(std::errc::operation_canceled) : std::error_code();
  };
  for (auto piece = source.next(); !piece.empty(); piece = source.next()) {
    const auto into = gathered.bytes().subspan(waiting);
    std::copy(piece.begin(), piece.end(), into.begin());
    waiting += piece.size();
    const bool full = gathered.bytes().size() - waiting < FileSource::kMostBytes;
    if (source.hurries() && !full) continue;
    if (const auto error = write_gathered()) return error;
  }
  if (const auto error = write_gathered()) return error;
  if (source.failed()) return std::make_error_code(std::errc::operation_canceled);
  if (const auto error = write_all(fd, 0, source.head())) return error;
  return ::fsync(fd) == 0 ? std::error_code() : last_error();
}

}  // namespace

std::error_code last_error() { return {errno, std::generic_category()}; }

std::error_code write_all(int fd, std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return last_error();
    // What a direct write leaves over must begin at a block.
    const std::size_t whole = static_cast<std::size_t>(written) / kBlockSize * kBlockSize;
    if (whole == 0) return std::make_error_code(std::errc::io_error);
    bytes = bytes.subspan(whole);
    offset += whole;
  }
  return {};
}

std::error_code read_all(int fd, std::uint64_t offset, std::span<std::byte> into) {
  while (!into.empty()) {
    const ssize_t got = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return last_error();
    if (got == 0) return std::make_error_code(std::errc::io_error);
    into = into.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

std::error_code read_medium(int fd, bool direct, std::uint64_t offset, std::span<std::byte> into) {
  if (!direct) {
    ::posix_fadvise(fd, static_cast<off_t>(offset), static_cast<off_t>(into.size()),
                    POSIX_FADV_DONTNEED);
  }
  return read_all(fd, offset, into);
}

std::error_code read_part(int directory, const std::string& name, bool direct, std::uint64_t offset,
                          std::span<std::byte> into, const std::atomic<bool>& stop) {
  const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | (direct ? O_DIRECT : 0);
  const UniqueFd fd(::openat(directory, name.c_str(), flags));
  if (!fd) return last_error();
  while (!into.empty()) {
    if (stop) return std::make_error_code(std::errc::operation_canceled);
    const auto piece = into.first(std::min(into.size(), kPieceBlocks * kBlockSize));
    if (const auto error = read_medium(fd.get(), direct, offset, piece)) return error;
    into = into.subspan(piece.size());
    offset += piece.size();
  }
  return {};
}

std::error_code list_files(int directory, std::vector<std::string>& names) {
  UniqueFd fd(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, CloseDirectory> stream(fd ? ::fdopendir(fd.get()) : nullptr);
  if (stream == nullptr) return last_error();
  fd.release();  // it belongs to the stream now
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string name = static_cast<const char*>(entry->d_name);
    if (name != "." && name != "..") names.push_back(name);
  }
  return {};
}

std::error_code sync_directory(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd && ::fsync(fd.get()) == 0 ? std::error_code() : last_error();
}

std::error_code make_file(const FileToMake& file, const std::atomic<bool>& stop, UniqueFd& made) {
  const std::string unfinished = unfinished_name(file.name);
  const int flags = O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | (file.direct ? O_DIRECT : 0);
  UniqueFd fd(::openat(file.directory, unfinished.c_str(), flags, kOwnerOnly));
  if (!fd) return last_error();
  std::error_code error = fill(fd.get(), file, stop);
  if (!error) error = publish(file.directory, unfinished, file.name);
  if (error) {
    ::unlinkat(file.directory, unfinished.c_str(), 0);
    return error;
  }
  made = std::move(fd);
  return {};
}

std::error_code reuse_file(const FileToMake& file, const std::string& from, UniqueFd& made) {
  const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (file.direct ? O_DIRECT : 0);
  UniqueFd fd(::openat(file.directory, from.c_str(), flags));
  if (!fd) return last_error();
  if (const auto error = write_all(fd.get(), 0, file.head)) return error;
  if (::fsync(fd.get()) != 0) return last_error();
  if (const auto error = publish(file.directory, from, file.name)) return error;
  made = std::move(fd);
  return {};
}

std::error_code write_file(int directory, const std::string& name, bool direct, FileSource& source,
                           const std::function<void(std::uint64_t)>& pace,
                           const std::atomic<bool>& stop) {
  const std::string unfinished = unfinished_name(name);
  const int flags = O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | (direct ? O_DIRECT : 0);
  const UniqueFd fd(::openat(directory, unfinished.c_str(), flags, kOwnerOnly));
  if (!fd) return last_error();
  const std::error_code error = fill(fd.get(), source, pace, stop);
  return error ? error : publish(directory, unfinished, name);
}

std::error_code remove_file(int directory, const std::string& name,
                            const std::function<void()>& pace, const std::atomic<bool>& stop) {
  const UniqueFd fd(::openat(directory, name.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat facts {};
  if (!fd || ::fstat(fd.get(), &facts) != 0) return last_error();
  // Where there are no locks, a reader finds that the file ends too early.
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return last_error();
  if (::unlinkat(directory, name.c_str(), 0) != 0 || ::fsync(directory) != 0) return last_error();
  for (off_t size = facts.st_size; size > kRemovedAtOnce && !stop; pace()) {
    size -= kRemovedAtOnce;
    if (::ftruncate(fd.get(), size) != 0 || ::fdatasync(fd.get()) != 0) return last_error();
  }
  return {};
}

std::string unfinished_name(const std::string& name) { return name + std::string(kUnfinished); }

bool is_unfinished(const std::string& name) {
  return name.size() > kUnfinished.size() && name.ends_with(kUnfinished);
}

}  // namespace decree::wal
