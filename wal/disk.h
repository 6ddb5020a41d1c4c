// The seam between the log and a disk: the simulator puts its own here.
#ifndef DECREE_WAL_DISK_H_
#define DECREE_WAL_DISK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "wal/file_source.h"

namespace decree::wal {

/// An open file of the directory. 0 is none.
struct FileId {
  std::uint32_t value = 0;
  constexpr auto operator<=>(const FileId&) const = default;
};

/// The end of what was submitted.
struct Completion {
  std::uint64_t token = 0;
  std::error_code error;
};

/// One directory on a disk, locked for one process. Used by one thread. A call that fails leaves
/// the disk as it was, as far as anybody can know.
class Disk {
 public:
  /// Says whether bytes are what was written.
  using Check = std::function<bool(std::span<const std::byte>)>;

  virtual ~Disk() = default;

  // Slow calls: they return when the effect is durable, and belong to open and close.
  virtual std::error_code list(std::vector<std::string>& names) = 0;
  virtual std::error_code open(const std::string& name, FileId& file, std::uint64_t& size) = 0;
  /// Makes a file of `size` bytes, whole blocks, all written: `head`, then zeros. It gets its name
  /// when that is durable, and replaces nothing.
  virtual std::error_code create(const std::string& name, std::span<const std::byte> head,
                                 std::uint64_t size, FileId& file) = 0;
  /// Replaces a small file as a whole: write beside, sync, rename, sync the directory.
  virtual std::error_code replace(const std::string& name, std::span<const std::byte> bytes) = 0;
  virtual std::error_code rename(const std::string& from, const std::string& to) = 0;
  virtual std::error_code remove(const std::string& name) = 0;
  /// Reads past the page cache. `into` and `offset` are block aligned.
  virtual std::error_code read(FileId file, std::uint64_t offset, std::span<std::byte> into) = 0;
  /// The very same read() is going to follow, perhaps: it may begin now. `into` must stay and be
  /// left alone until that read(), the next read_ahead(), or close() of the file.
  virtual void read_ahead(FileId file, std::uint64_t offset, std::span<std::byte> into) {
    static_cast<void>(file), static_cast<void>(offset), static_cast<void>(into);
  }
  virtual std::error_code sync(FileId file) = 0;
  /// Whole blocks, from aligned memory.
  virtual std::error_code write(FileId file, std::uint64_t offset,
                                std::span<const std::byte> bytes) = 0;
  virtual void close(FileId file) = 0;

  // The hot path: never blocks.
  /// Starts one durable write of whole blocks. `bytes` is block aligned and must stay as it is
  /// until the completion with `token` is reported. Writes may complete in any order.
  virtual void submit_write(FileId file, std::uint64_t offset, std::span<const std::byte> bytes,
                            std::uint64_t token) = 0;
  /// Starts create() in the background. The file may be used once the completion with `token` says
  /// so; after an error it does not exist. An error for want of space is reported after a pause, so
  /// that trying again at once does not spin.
  virtual FileId submit_create(const std::string& name, std::span<const std::byte> head,
                               std::uint64_t size, std::uint64_t token) = 0;
  /// The same out of the file `from`, which nobody needs and which is not open: overwrites its head
  /// and then renames it. What lies behind the head stays. After an error `from` may have the new
  /// head.
  virtual FileId submit_reuse(const std::string& from, const std::string& name,
                              std::span<const std::byte> head, std::uint64_t token) = 0;
  /// Makes a file out of what `source` hands out, in the background and at a bounded rate. It gets
  /// its name when that is durable; after an error it does not exist. `source` may be given up.
  virtual void submit_file(const std::string& name, std::unique_ptr<FileSource> source,
                           std::uint64_t token) = 0;
  /// Starts remove() in the background, which waits until nobody has the file open. Several may be
  /// under way with one token.
  virtual void submit_remove(const std::string& name, std::uint64_t token) = 0;
  /// Reads whole blocks of a file in the background, past the page cache, and has `check` look at
  /// them, on another thread than the disk's. The completion's error is bad_message if it says no,
  /// else why there was nothing to look at. Waits for files that are being made by submit_file().
  virtual void submit_check(const std::string& name, std::uint64_t offset, std::uint64_t bytes,
                            Check check, std::uint64_t token) = 0;
  /// Hands what was submitted to the device, in as few system calls as can be.
  virtual void flush() = 0;
  /// The same, at the latest when the thread waits: then it may cost no system call of its own.
  virtual void flush_on_wait() { flush(); }
  /// Appends the completions that have arrived.
  virtual void poll(std::vector<Completion>& completions) = 0;
  /// True if poll() has something. No system call.
  [[nodiscard]] virtual bool ready() const = 0;
  /// Waits until poll() may have something. False if waiting would not help (simulated disks).
  virtual bool wait() = 0;

  /// How writes are made durable, for people: "io_uring O_DIRECT+O_DSYNC", "pwrite+fdatasync", ...
  [[nodiscard]] virtual std::string description() const = 0;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_DISK_H_
