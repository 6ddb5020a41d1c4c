// A file system that mirrors a directory and fails on command: what a disk may do to a log.
//
//   faulty_fs MIRRORED MOUNT_POINT [waiting]
//
// "waiting": who writes waits for it, through io_uring too. Without, the kernel takes a short write
// for an error. It says "ready" once it is mounted. Then each line of its input is answered by one:
//
//   KIND PATTERN TIMES BLOCKS    the fault from now on (faults.h), instead of the one before: "ok"
//   hits                         how many operations it has befallen
//
// At the end of its input it is unmounted, whoever uses it, and ends. What has been written
// outlives every process but no power loss, so syncs have nothing to do but fail.
#define FUSE_USE_VERSION 31
#include <dirent.h>
#include <fcntl.h>
#include <fuse.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include "tests/disk/faults.h"

namespace decree::tests {
namespace {

using Kind = Fault::Kind;

Faults faults;
int mirrored = -1;  // the directory
std::string mount_point;
bool waiting = false;
constexpr unsigned kThreads = 100;  // as many operations may stand still

int result(std::int64_t value) { return value < 0 ? -errno : static_cast<int>(value); }

/// Of a path from the mount point.
const char* below(const char* path) { return path[1] == '\0' ? "." : path + 1; }

int fd_of(const fuse_file_info* file) { return static_cast<int>(file->fh); }

/// Of a change of a directory: an error, or 0.
int refusal(const char* path) {
  std::int64_t blocks = 0;
  const Kind kind = faults.befalling({Operation::Kind::change, path}, blocks);
  if (kind == Kind::no_space) return -ENOSPC;
  return kind == Kind::read_only ? -EROFS : 0;
}

int get_facts(const char* path, struct stat* facts, fuse_file_info* file) {
  if (file != nullptr) return result(::fstat(fd_of(file), facts));
  return result(::fstatat(mirrored, below(path), facts, AT_SYMLINK_NOFOLLOW));
}

int list(const char* path, void* names, fuse_fill_dir_t add, off_t, fuse_file_info*,
         fuse_readdir_flags) {
  DIR* stream = ::fdopendir(::openat(mirrored, below(path), O_RDONLY | O_DIRECTORY));
  if (stream == nullptr) return -errno;
  while (const dirent* entry = ::readdir(stream)) {
    add(names, static_cast<const char*>(entry->d_name), nullptr, 0, fuse_fill_dir_flags{});
  }
  return result(::closedir(stream));
}

int make_directory(const char* path, mode_t mode) {
  const int refused = refusal(path);
  return refused != 0 ? refused : result(::mkdirat(mirrored, below(path), mode));
}

int remove_directory(const char* path) {
  const int refused = refusal(path);
  return refused != 0 ? refused : result(::unlinkat(mirrored, below(path), AT_REMOVEDIR));
}

int remove_file(const char* path) {
  const int refused = refusal(path);
  return refused != 0 ? refused : result(::unlinkat(mirrored, below(path), 0));
}

int rename_file(const char* from, const char* to, unsigned flags) {
  const int refused = refusal(to);
  if (refused != 0) return refused;
  return result(::renameat2(mirrored, below(from), mirrored, below(to), flags));
}

/// Direct reads and writes come here as they were asked for; the mirror may use the page cache.
int create_file(const char* path, mode_t mode, fuse_file_info* file) {
  const int refused = (file->flags & O_CREAT) != 0 ? refusal(path) : 0;
  if (refused != 0) return refused;
  const int fd = ::openat(mirrored, below(path), file->flags & ~O_DIRECT, mode);
  file->fh = static_cast<std::uint64_t>(fd);
  return fd < 0 ? -errno : 0;
}

int open_file(const char* path, fuse_file_info* file) { return create_file(path, 0, file); }

int close_file(const char*, fuse_file_info* file) { return result(::close(fd_of(file))); }

int read_file(const char* path, char* bytes, std::size_t size, off_t offset, fuse_file_info* file) {
  std::int64_t block = 0;
  const auto asked = static_cast<std::int64_t>(size);
  const Kind kind = faults.befalling({Operation::Kind::read, path, offset, asked}, block);
  if (kind == Kind::read_error) return -EIO;
  const int got = result(::pread(fd_of(file), bytes, size, offset));
  if (kind == Kind::read_flip) bytes[block * kBlock - offset + kBlock / 2] ^= 1;
  return got;
}

int sync_file(const char* path, int, fuse_file_info*) {
  std::int64_t blocks = 0;
  const Kind kind = faults.befalling({Operation::Kind::sync, path}, blocks);
  return kind == Kind::sync_error ? -EIO : 0;
}

int write_file(const char* path, const char* bytes, std::size_t size, off_t offset,
               fuse_file_info* file) {
  std::int64_t blocks = 0;
  const auto all = static_cast<std::int64_t>(size);
  const Kind kind = faults.befalling({Operation::Kind::write, path, offset, all}, blocks);
  const auto put = [&](std::int64_t count, off_t where) {
    return result(::pwrite(fd_of(file), bytes, static_cast<std::size_t>(count), where));
  };
  switch (kind) {
    case Kind::write_error:
      put(blocks * kBlock, offset);
      return -EIO;
    case Kind::write_short:
      return put(blocks * kBlock, offset);
    case Kind::write_lost:
      put(blocks * kBlock, offset);
      return static_cast<int>(size);
    case Kind::write_moved:
      return put(all, offset + blocks * kBlock);
    case Kind::no_space:
      return -ENOSPC;
    case Kind::read_only:
      return -EROFS;
    default:
      break;
  }
  const int written = put(all, offset);
  // A write with RWF_DSYNC comes with this flag, and no sync behind it.
  const int synced = (file->flags & O_DSYNC) != 0 ? sync_file(path, 1, file) : 0;
  return synced != 0 ? synced : written;
}

std::string answer(const std::string& line) {
  if (line == "hits") return std::to_string(faults.hits());
  Fault fault;
  if (!Fault::parse(line, fault)) return "not a command: " + line;
  faults.set(fault);
  return "ok";
}

void obey() {
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) std::cout << answer(line) << std::endl;
  ::umount2(mount_point.c_str(), MNT_DETACH);
  std::_Exit(0);
}

void* start(fuse_conn_info* connection, fuse_config* config) {
  connection->max_background = kThreads;  // with more under way than this, who submits waits
  if (waiting) connection->want &= ~static_cast<unsigned>(FUSE_CAP_ASYNC_DIO);
  config->hard_remove = 1;  // a file that is open goes, too, not under another name
  std::thread(obey).detach();
  return nullptr;
}

fuse_operations operations() {
  fuse_operations made{};
  made.init = start;
  made.getattr = get_facts;
  made.readdir = list;
  made.mkdir = make_directory;
  made.rmdir = remove_directory;
  made.unlink = remove_file;
  made.rename = rename_file;
  made.create = create_file;
  made.open = open_file;
  made.release = close_file;
  made.read = read_file;
  made.write = write_file;
  made.fsync = sync_file;
  return made;
}

}  // namespace
}  // namespace decree::tests

int main(int argc, char** argv) {
  using namespace decree::tests;
  waiting = argc == 4 && std::string(argv[3]) == "waiting";
  if ((argc != 3 && !waiting) || (mirrored = ::open(argv[1], O_RDONLY | O_DIRECTORY)) < 0) {
    std::cerr << "usage: faulty_fs MIRRORED MOUNT_POINT [waiting]\n";
    return 1;
  }
  ::umask(0);
  mount_point = argv[2];
  const std::string threads = std::to_string(kThreads);
  std::array<std::string, 5> arguments{argv[0], mount_point, "-f", "-o",
                                       "max_threads=" + threads + ",max_idle_threads=" + threads};
  std::array<char*, 6> pointers{};
  for (std::size_t i = 0; i < arguments.size(); ++i) pointers.at(i) = arguments.at(i).data();
  const fuse_operations mine = operations();
  return fuse_main(static_cast<int>(arguments.size()), pointers.data(), &mine, nullptr);
}
