#include "examples/leader_task/protected_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

#include "decree/fencing.h"

namespace decree::leader_task {
namespace {

void check(bool worked, const std::string& path) {
  if (!worked) throw std::system_error(errno, std::generic_category(), path);
}

/// A file descriptor; one that was locked is unlocked when it is closed.
class Opened {
 public:
  Opened(const std::string& path, int flags) : path_(path), fd_(::open(path.c_str(), flags, 0644)) {
    check(fd_ >= 0, path_);
  }
  ~Opened() { ::close(fd_); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  void lock() const {
    while (::flock(fd_, LOCK_EX) != 0) check(errno == EINTR, path_);
  }
  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      check(written >= 0 || errno == EINTR, path_);
      if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void sync() const { check(::fsync(fd_) == 0, path_); }

 private:
  std::string path_;
  int fd_;
};

std::string text_of(const Token& token) { return std::string(TokenText(token).view()); }

}  // namespace

struct ProtectedFile::Stored {
  Fence fence;
  std::string content;
};

std::string ProtectedFile::claim(const Token& token) const {
  const Opened lock(path_ + ".lock", O_CREAT | O_RDWR | O_CLOEXEC);
  lock.lock();
  const Stored stored = admit(token);
  store(stored);
  return stored.content;
}

void ProtectedFile::replace(const Token& token, const std::string& content) const {
  const Opened lock(path_ + ".lock", O_CREAT | O_RDWR | O_CLOEXEC);
  lock.lock();
  Stored stored = admit(token);
  stored.content = content;
  store(stored);
}

/// What is stored, with the token admitted.
ProtectedFile::Stored ProtectedFile::admit(const Token& token) const {
  Stored stored;
  if (std::ifstream file(path_); file) {
    std::string first;
    std::getline(file, first);
    const ParsedToken greatest = parse_token(first);
    if (!greatest) throw std::runtime_error(path_ + " is damaged: " + greatest.problem);
    stored.fence = Fence(greatest);
    stored.content.assign(std::istreambuf_iterator<char>(file), {});
  } else if (std::filesystem::exists(path_)) {
    throw std::runtime_error(path_ + " cannot be read");
  }
  if (stored.fence.admit(token)) return stored;
  throw Refused("token " + text_of(token) + " is older than " + text_of(stored.fence.greatest()));
}

/// The new file has its name only when all of it is durable.
void ProtectedFile::store(const Stored& stored) const {
  const std::string next = path_ + ".new";
  const Opened file(next, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC);
  file.write(text_of(stored.fence.greatest()) + '\n' + stored.content);
  file.sync();
  check(::rename(next.c_str(), path_.c_str()) == 0, path_);
  const auto directory = std::filesystem::absolute(path_).parent_path();
  Opened(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC).sync();
}

}  // namespace decree::leader_task
