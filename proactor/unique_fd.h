// Ownership of a file descriptor.
#ifndef DECREE_PROACTOR_UNIQUE_FD_H_
#define DECREE_PROACTOR_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace decree {

/// Closes a file descriptor. -1 is none.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  /// Gives it away.
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace decree

#endif  // DECREE_PROACTOR_UNIQUE_FD_H_
