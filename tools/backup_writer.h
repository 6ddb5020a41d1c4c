// Writes a backup, piece by piece.
#ifndef DECREE_TOOLS_BACKUP_WRITER_H_
#define DECREE_TOOLS_BACKUP_WRITER_H_

#include <cstdint>
#include <span>
#include <system_error>

#include "decree/types.h"
#include "paxos/message.h"
#include "tools/backup_format.h"
#include "transport/codec.h"
#include "wal/identity.h"

namespace decree::tools {

/// Into a file or a pipe, which belongs to the caller. After an error it writes nothing more.
class BackupWriter {
 public:
  BackupWriter(int file, const wal::IdentityRecord& source);

  [[nodiscard]] const wal::IdentityRecord& source() const { return source_; }
  /// Chunk 0 of a snapshot takes the place of everything before it.
  void chunk(Slot snapshot, std::uint64_t index, std::span<const std::byte> bytes);
  /// They continue what is there.
  void chosen(const Chosen& values);
  void end(Slot slot);
  [[nodiscard]] std::error_code error() const { return error_; }

 private:
  void put(PieceKind kind, std::uint64_t first, Slot last, std::span<const std::byte> bytes);
  void write(std::span<const std::byte> bytes);

  int file_;
  wal::IdentityRecord source_;
  transport::Encoder encoder_;
  std::uint64_t checksum_ = 0;  // of the newest piece
  std::error_code error_;
};

}  // namespace decree::tools

#endif  // DECREE_TOOLS_BACKUP_WRITER_H_
