// Reads the blocks of a log's segments in large pieces.
#ifndef DECREE_WAL_SEGMENT_READER_H_
#define DECREE_WAL_SEGMENT_READER_H_

#include <cstdint>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "wal/block_buffer.h"
#include "wal/disk.h"
#include "wal/format.h"

namespace decree::wal {

/// A file of the log. Numbers are consecutive.
struct Segment {
  std::uint64_t number = 0;
  std::uint32_t blocks = 0;
};

/// One file open at a time; where all of a log is read, the next piece is read while this one is
/// looked at. A block that cannot be read is as good as a damaged one: it has bytes
/// that nobody wrote. Empty spans if a file cannot be opened.
class SegmentReader {
 public:
  // So much is read at once, if less is asked for. Where all of a log is read, larger pieces are
  // faster; where little is, they hold up the thread for nothing.
  static constexpr std::uint32_t kReadAhead = 256;      // blocks: 1 MiB
  static constexpr std::uint32_t kReadAheadAll = 1024;  // 4 MiB

  explicit SegmentReader(Disk& disk, std::uint32_t read_ahead = kReadAhead)
      : disk_(disk), read_ahead_(read_ahead) {}
  SegmentReader(const SegmentReader&) = delete;
  SegmentReader& operator=(const SegmentReader&) = delete;
  ~SegmentReader();

  /// `count` blocks from `first` on, which must be in the segment. Valid until the next call.
  std::span<const std::byte> blocks(const Segment& segment, std::uint32_t first,
                                    std::uint32_t count);
  /// The newest error.
  [[nodiscard]] std::error_code error() const { return error_; }

 private:
  bool select(const Segment& segment);
  void fill(const Segment& segment, std::uint32_t first, std::uint32_t count);
  void read_window(const Segment& segment, std::uint32_t first, std::uint32_t count);
  bool take_ahead(std::uint32_t first, std::uint32_t count);
  void begin_ahead(const Segment& segment);
  [[nodiscard]] std::span<std::byte> ahead_bytes() const {
    return ahead_.bytes().subspan(std::size_t{read_ahead_} * kBlockSize,
                                  std::size_t{ahead_blocks_} * kBlockSize);
  }
  [[nodiscard]] std::uint32_t window_end() const { return window_first_ + window_blocks_; }
  /// Of the window, from that block of the segment on.
  [[nodiscard]] std::span<std::byte> window_from(std::uint32_t first) const {
    return window_.bytes().subspan((window_at_ + first - window_first_) * kBlockSize);
  }
  void read(std::uint64_t offset, std::span<std::byte> into);

  Disk& disk_;
  const std::uint32_t read_ahead_;
  FileId file_;
  std::uint64_t number_ = 0;  // of the open file
  BlockBuffer window_;
  std::size_t window_at_ = 0;  // where it begins in its buffer, in blocks
  std::uint32_t window_first_ = 0;
  std::uint32_t window_blocks_ = 0;
  /// What follows the window, behind room for what of the window is still needed then.
  BlockBuffer ahead_;
  std::uint32_t ahead_blocks_ = 0;  // that are being read; 0: none
  std::error_code error_;
};

/// "segment-0000000000000001.log, offset 8192"
std::string name_of_place(std::uint64_t segment, std::uint32_t block);

}  // namespace decree::wal

#endif  // DECREE_WAL_SEGMENT_READER_H_
