// The bytes of a backup, all little-endian. docs/log-format.md explains them.
#ifndef DECREE_TOOLS_BACKUP_FORMAT_H_
#define DECREE_TOOLS_BACKUP_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "transport/frame.h"
#include "wal/format.h"

namespace decree::tools {

inline constexpr std::uint64_t kBackupMagic = 0x31504b42'45524344;  // "DCREBKP1"
inline constexpr std::uint32_t kBackupVersion = 1;

struct BackupHeader {
  std::uint64_t magic = kBackupMagic;
  std::uint32_t version = kBackupVersion;
  std::uint32_t replica = 0;  // in whose directory it was
  std::uint64_t cluster = 0;
  std::uint64_t incarnation = 0;
  std::uint64_t checksum = 0;  // of the fields before
};
static_assert(sizeof(BackupHeader) == 40);

enum class PieceKind : std::uint32_t {
  chunk = 1,   // number `first` of the snapshot of slot `last`, as in its file
  chosen = 2,  // the slots first..last: a Chosen frame
  end = 3,     // of the backup, which is the state after slot `last`
};

/// In front of the bytes of a piece. Each checksum takes in the one before it, so that no piece is
/// missed, doubled or moved.
struct PieceHeader {
  std::uint64_t checksum = 0;
  std::uint32_t kind = 0;
  std::uint32_t bytes = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};
static_assert(sizeof(PieceHeader) == 32);

inline constexpr std::size_t kMaxPieceBytes = transport::kMaxFrameBytes;

inline std::span<const std::byte> bytes_of(const auto& value) {
  return std::as_bytes(std::span(&value, 1));
}

inline std::uint64_t checksum_of(const BackupHeader& header) {
  return wal::checksum_of(bytes_of(header).first(offsetof(BackupHeader, checksum)), 0);
}

/// `before` is the checksum of the piece before, or of the header.
inline std::uint64_t checksum_of(const PieceHeader& header, std::span<const std::byte> bytes,
                                 std::uint64_t before) {
  const auto covered = bytes_of(header).subspan(sizeof(header.checksum));
  return wal::checksum_of(bytes, wal::checksum_of(covered, before));
}

}  // namespace decree::tools

#endif  // DECREE_TOOLS_BACKUP_FORMAT_H_
