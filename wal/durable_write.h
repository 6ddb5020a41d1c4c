// One durable write on its way: what is left to write, and what to do about each result.
#ifndef DECREE_WAL_DURABLE_WRITE_H_
#define DECREE_WAL_DURABLE_WRITE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

namespace decree::wal {

/// How a write becomes durable.
enum class WriteMode {
  direct_dsync,        // O_DIRECT, each write with RWF_DSYNC
  direct_then_sync,    // O_DIRECT, each write followed by fdatasync
  buffered_then_sync,  // through the page cache, followed by fdatasync
};

/// A short write is continued; with a sync behind it the whole pair is done again for the rest,
/// because a short write breaks the link. A sync that failed is never repeated.
class DurableWrite {
 public:
  enum class Next { wait, again, done };

  DurableWrite() = default;
  DurableWrite(std::uint64_t offset, std::span<const std::byte> bytes, bool sync_follows)
      : offset_(offset), rest_(bytes), sync_follows_(sync_follows) {}

  /// The result of the write: bytes, or an error number, negative.
  Next on_write(int result);
  /// The result of the sync behind it.
  Next on_sync(int result);

  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] std::span<const std::byte> rest() const { return rest_; }
  [[nodiscard]] bool sync_follows() const { return sync_follows_; }
  /// Once done.
  [[nodiscard]] std::error_code error() const { return error_; }

 private:
  Next settle();

  std::uint64_t offset_ = 0;
  std::span<const std::byte> rest_;
  bool sync_follows_ = false;
  bool write_seen_ = false;
  bool sync_seen_ = false;
  std::error_code error_;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_DURABLE_WRITE_H_
