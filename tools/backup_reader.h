// Reads a backup, and believes nothing of it that was not checked.
#ifndef DECREE_TOOLS_BACKUP_READER_H_
#define DECREE_TOOLS_BACKUP_READER_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "decree/types.h"
#include "paxos/message.h"
#include "tools/backup_format.h"
#include "transport/codec.h"

namespace decree::tools {

/// Valid until the next one is read.
struct Piece {
  PieceKind kind = PieceKind::end;
  std::uint64_t first = 0;
  Slot last;
  std::span<const std::byte> bytes;
  const Message* message = nullptr;  // of kind chosen: a Chosen of these slots
};

/// From a file or a pipe, which belongs to the caller. The pieces are handed out one by one, as
/// soon as they are checked; that the backup is whole is known at the end only.
class BackupReader {
 public:
  explicit BackupReader(int file) : file_(file) {}

  /// Reads the header. Empty, or why this is no backup.
  std::string open();
  [[nodiscard]] const BackupHeader& header() const { return header_; }
  /// Reads the next piece, the last of which is the end, with nothing behind it. Empty, or what is
  /// wrong and where.
  std::string next(Piece& piece);

 private:
  std::string read_piece();
  std::string take_chunk();
  std::string take_chosen();
  std::string take_end();
  std::size_t read(std::span<std::byte> into);
  [[nodiscard]] std::string at_piece(const std::string& what) const;

  int file_;
  BackupHeader header_;
  transport::Decoder decoder_;
  std::uint64_t offset_ = 0;    // of the next byte
  std::uint64_t checksum_ = 0;  // of the newest piece
  std::uint64_t begin_ = 0;     // offset of the newest piece
  std::vector<std::byte> bytes_;
  Piece piece_;
  std::uint64_t chunks_ = 0;  // of the snapshot, if the newest piece is one of it
  bool full_ = false;         // that piece, so that another one may follow
  Slot held_;                 // everything through it is here
};

}  // namespace decree::tools

#endif  // DECREE_TOOLS_BACKUP_READER_H_
