// The segments of an open log: where the next batch goes, and the next segment ahead of need.
#ifndef DECREE_WAL_SEGMENT_SUPPLY_H_
#define DECREE_WAL_SEGMENT_SUPPLY_H_

#include <cstdint>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

#include "wal/batch.h"
#include "wal/block_buffer.h"
#include "wal/disk.h"
#include "wal/identity.h"
#include "wal/segment_reader.h"

namespace decree::wal {

class SegmentSupply {
 public:
  /// Creations are submitted with `create_token`.
  SegmentSupply(Disk& disk, const IdentityRecord& identity, std::uint32_t segment_blocks,
                std::uint64_t create_token);
  SegmentSupply(const SegmentSupply&) = delete;
  SegmentSupply& operator=(const SegmentSupply&) = delete;
  ~SegmentSupply();

  /// Makes the first segment of a new log. Slow.
  std::error_code create_first();
  /// Opens the segments that are written to from now on: `end` is in one of `segments`. The files
  /// of older ones, `left_over`, are used again if they have the right size and no damage, else
  /// removed.
  std::error_code adopt(const std::vector<Segment>& segments, Place end,
                        const std::vector<std::uint64_t>& left_over);

  /// Room for so many blocks in a row, in the current segment or the next one. None: wait until a
  /// segment is ready.
  std::optional<Place> take(std::uint32_t blocks);
  /// Blocks that can be taken without waiting, in all.
  [[nodiscard]] std::uint64_t room_blocks() const;
  /// Blocks that were taken, and what was left of full segments.
  [[nodiscard]] std::uint64_t written_blocks() const;

  /// Leaves the rest of the current segment empty. False if the next one is not ready.
  bool begin_next();

  /// Older segments than this one, which takes batches or did so last, hold nothing that is needed,
  /// and nothing is under way to them.
  /// Their files become new segments, but the damaged ones: what was written once needs no zeros.
  void drop_before(std::uint64_t number);

  /// Starts to make the next segment if it is missing. An error, such as a full disk, is no
  /// failure: it is tried again.
  void prepare();
  void on_created(std::error_code error);
  [[nodiscard]] bool is_preparing() const { return creating_ != FileId{}; }
  /// Why the next segment could not be made when that was tried last.
  [[nodiscard]] std::error_code shortage() const { return shortage_; }

  /// The open file of a segment that take() answered.
  [[nodiscard]] FileId file(std::uint64_t number) const;
  /// Closes the files of older segments, to which nothing is under way any more.
  void close_before(std::uint64_t number);

  [[nodiscard]] const std::vector<Segment>& segments() const { return segments_; }
  /// Those through the current one.
  [[nodiscard]] std::span<const Segment> used() const {
    return std::span(segments_).first(current_ + 1);
  }
  [[nodiscard]] const Segment& segment(std::uint64_t number) const;

 private:
  struct OpenFile {
    std::uint64_t number = 0;
    FileId file;
  };

  std::error_code sort_out(const std::vector<std::uint64_t>& left_over);
  [[nodiscard]] bool usable(std::uint64_t number, std::uint64_t bytes) const;
  std::span<const std::byte> header_of(const Segment& segment);
  [[nodiscard]] Segment next_segment() const;

  Disk& disk_;
  const IdentityRecord& identity_;
  std::uint32_t segment_blocks_;
  std::uint64_t create_token_;
  std::vector<Segment> segments_;         // consecutive, all of the log
  std::vector<std::uint64_t> left_over_;  // numbers of older ones, whose files are there to be used
  std::vector<OpenFile> files_;           // of the ones that are written to, in order
  std::size_t current_ = 0;               // index of the segment that takes batches
  std::uint32_t block_ = 1;               // the next free block in it
  BlockBuffer header_;
  FileId creating_;  // none: nothing is being made
  std::error_code shortage_;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_SEGMENT_SUPPLY_H_
