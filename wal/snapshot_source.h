// Makes the file of a snapshot out of what a replica hands out. docs/log-format.md has the bytes.
#ifndef DECREE_WAL_SNAPSHOT_SOURCE_H_
#define DECREE_WAL_SNAPSHOT_SOURCE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "wal/block_buffer.h"
#include "wal/disk.h"
#include "wal/snapshot_format.h"

namespace decree::wal {

/// Hands out the bytes of a state. Used on another thread than the disk's.
class StateSource {
 public:
  enum class Next { more, end, failed };
  virtual ~StateSource() = default;
  /// Appends more of them; with `end` these were the last, with `failed` there is no snapshot.
  virtual Next next(std::string& out) = 0;
};

/// Shared by who wants a snapshot and who writes it; for any thread.
struct SnapshotProgress {
  std::atomic<bool> hurry{false};       // it is written as fast as the disk takes it
  std::atomic<std::uint64_t> bytes{0};  // of the state, that the file was given so far
};

/// Chunk by chunk, on whatever thread the disk makes files.
class SnapshotSource final : public FileSource {
 public:
  /// `facts` has everything but the counts and checksums of what `state` will hand out.
  SnapshotSource(const SnapshotHeader& facts, std::unique_ptr<StateSource> state,
                 std::shared_ptr<SnapshotProgress> progress);

  std::span<const std::byte> next() override;
  [[nodiscard]] bool failed() const override { return last_ == StateSource::Next::failed; }
  std::span<const std::byte> head() override;
  [[nodiscard]] bool hurries() const override { return progress_->hurry; }

 private:
  void gather();
  std::span<const std::byte> trailer();

  SnapshotHeader facts_;
  std::unique_ptr<StateSource> state_;
  std::shared_ptr<SnapshotProgress> progress_;
  StateSource::Next last_ = StateSource::Next::more;
  std::string bytes_;      // handed out and not in a chunk yet ...
  std::size_t taken_ = 0;  // ... but for these
  BlockBuffer chunk_;
  BlockBuffer head_;
  bool ended_ = false;  // the trailer was handed out
};

}  // namespace decree::wal

#endif  // DECREE_WAL_SNAPSHOT_SOURCE_H_
