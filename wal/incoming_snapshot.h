// A snapshot that comes from another replica, on its way into a file.
#ifndef DECREE_WAL_INCOMING_SNAPSHOT_H_
#define DECREE_WAL_INCOMING_SNAPSHOT_H_

#include <cstdint>
#include <span>
#include <system_error>

#include "wal/block_buffer.h"
#include "wal/disk.h"
#include "wal/snapshot_format.h"

namespace decree::wal {

inline constexpr char kIncomingName[] = "incoming";
inline constexpr char kGivenUpName[] = "given-up";  // an earlier one, on its way out

/// Chunk by chunk into a file that gets its name at the end. The chunks were checked. The disk must
/// outlive it, and nothing may be under way when it goes.
class IncomingSnapshot {
 public:
  /// `facts` has whose it will be, and the slot. Writes are submitted with `token`, the removal of
  /// an earlier attempt's file with `remove_token`.
  IncomingSnapshot(Disk& disk, const SnapshotHeader& facts, std::uint64_t token,
                   std::uint64_t remove_token);
  IncomingSnapshot(const IncomingSnapshot&) = delete;
  IncomingSnapshot& operator=(const IncomingSnapshot&) = delete;
  ~IncomingSnapshot();

  /// Makes the file, in place of an earlier attempt's.
  std::error_code create();
  /// Starts to write the next chunk.
  void put(std::span<const std::byte> chunk);
  /// Starts to write the header, when all chunks are written; its copy behind them first.
  void finish(const LogStart& start);
  /// The write that was under way has ended well.
  void written();
  [[nodiscard]] bool under_way() const { return under_way_; }
  /// All of it is written.
  [[nodiscard]] bool is_whole() const { return stage_ == Stage::whole; }
  /// Gives the file its name, when it is whole.
  std::error_code publish();
  /// Nobody needs it: its file goes, in the background. What cannot be removed goes at the next
  /// opening.
  void remove();

  [[nodiscard]] const SnapshotHeader& header() const { return facts_; }

 private:
  enum class Stage { chunks, trailer, header, whole };
  void write(std::uint64_t offset, std::span<const std::byte> bytes);
  std::error_code put_away();

  Disk& disk_;
  SnapshotHeader facts_;
  std::uint64_t token_;
  std::uint64_t remove_token_;
  FileId file_;
  BlockBuffer chunk_;
  BlockBuffer block_;
  bool under_way_ = false;
  Stage stage_ = Stage::chunks;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_INCOMING_SNAPSHOT_H_
