// A snapshot in its file: found, verified, read.
#ifndef DECREE_WAL_SNAPSHOT_FILE_H_
#define DECREE_WAL_SNAPSHOT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "wal/block_buffer.h"
#include "wal/disk.h"
#include "wal/snapshot_format.h"

namespace decree::wal {

struct IdentityRecord;

/// Appends the slots of the directory's snapshots, lowest first.
std::error_code list_snapshots(Disk& disk, std::vector<Slot>& slots);

/// One thread, the disk's. Every chunk is checked when it is read. The disk must outlive it.
class SnapshotFile {
 public:
  explicit SnapshotFile(Disk& disk) : disk_(disk) {}
  SnapshotFile(const SnapshotFile&) = delete;
  SnapshotFile& operator=(const SnapshotFile&) = delete;
  ~SnapshotFile();

  /// Opens the snapshot of this slot and checks its header and whose it is. Empty, or a sentence
  /// that says what is wrong and what to do.
  std::string open(Slot slot, const IdentityRecord& owner);
  /// Reads everything, so that restoring does not begin with what cannot be finished.
  std::string verify();
  [[nodiscard]] const SnapshotHeader& header() const { return header_; }

  /// The bytes of a chunk as they are in the file, or nothing if it is damaged or cannot be read.
  /// Valid until the next call.
  std::span<const std::byte> chunk(std::uint64_t index);

  /// Reads the body on from where the last call ended; fewer bytes than asked for only at the end.
  /// After an error it ends early, and problem() says why.
  std::size_t read(std::span<std::byte> into);
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  static constexpr std::uint64_t kNone = UINT64_MAX;
  [[nodiscard]] std::string name() const;
  bool read_header(std::uint64_t offset);
  /// Makes the window hold the chunk, and those behind it.
  std::error_code look_at(std::uint64_t index);
  [[nodiscard]] std::span<const std::byte> in_window(std::uint64_t index) const;
  [[nodiscard]] bool is_good(std::span<const std::byte> chunk, std::uint64_t index) const;

  Disk& disk_;
  FileId file_;
  SnapshotHeader header_;
  BlockBuffer window_;
  std::uint64_t window_first_ = 0;  // chunk
  std::uint64_t window_chunks_ = 0;
  std::uint64_t checked_ = kNone;  // the chunk of the window that was found good
  std::uint64_t next_ = 0;         // byte of the body
  std::string problem_;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_SNAPSHOT_FILE_H_
