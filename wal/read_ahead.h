// One read that goes on while its caller looks at what it has read before.
#ifndef DECREE_WAL_READ_AHEAD_H_
#define DECREE_WAL_READ_AHEAD_H_

#include <liburing.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace decree::wal {

/// An io_uring of its own, so that nothing else is taken from another's. Used by one thread.
class ReadAhead {
 public:
  /// Null if the kernel has none for it.
  static std::unique_ptr<ReadAhead> open();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  ~ReadAhead();  // waits

  /// Writes into `into` until finish() has returned. The one before is waited for. False if the
  /// kernel takes it not: then this must not be used any more.
  [[nodiscard]] bool start(int fd, std::uint64_t offset, std::span<std::byte> into);
  /// This very read is under way, or has ended.
  [[nodiscard]] bool is_started(int fd, std::uint64_t offset, std::span<std::byte> into) const {
    return fd == fd_ && offset == offset_ && into.data() == into_.data() &&
           into.size() == into_.size();
  }
  /// Something of that file is.
  [[nodiscard]] bool uses(int fd) const { return fd == fd_; }
  /// Waits. False if it has not read all of it: then the caller reads it itself.
  bool finish();

 private:
  ReadAhead() = default;

  io_uring ring_{};
  int fd_ = -1;  // none
  std::uint64_t offset_ = 0;
  std::span<std::byte> into_;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_READ_AHEAD_H_
