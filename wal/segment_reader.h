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

namespace decree::wal {

/// A file of the log. Numbers are consecutive.
struct Segment {
  std::uint64_t number = 0;
  std::uint32_t blocks = 0;
};

/// One file open at a time. A block that cannot be read is as good as a damaged one: it has bytes
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
  void read(std::uint64_t offset, std::span<std::byte> into);

  Disk& disk_;
  const std::uint32_t read_ahead_;
  FileId file_;
  std::uint64_t number_ = 0;  // of the open file
  BlockBuffer window_;
  std::uint32_t window_first_ = 0;
  std::uint32_t window_blocks_ = 0;
  std::error_code error_;
};

/// "segment-0000000000000001.log, offset 8192"
std::string name_of_place(std::uint64_t segment, std::uint32_t block);

}  // namespace decree::wal

#endif  // DECREE_WAL_SEGMENT_READER_H_
