// The file `identity`: whose log this is, and what a new opening must know about the ones before.
#ifndef DECREE_WAL_IDENTITY_H_
#define DECREE_WAL_IDENTITY_H_

#include <cstdint>
#include <string>

#include "wal/disk.h"
#include "wal/format.h"
#include "wal/log.h"

namespace decree::wal {

inline constexpr char kIdentityName[] = "identity";

/// The content of the file: two copies, a block each. Replaced as a whole at each opening.
struct IdentityRecord {
  std::uint64_t magic = kIdentityMagic;
  std::uint32_t version = kFormatVersion;
  std::uint32_t replica = 0;
  std::uint64_t cluster = 0;
  std::uint64_t incarnation = 0;
  std::uint64_t start = 0;           // of the last opening; one more each time
  std::uint64_t secret = 0;          // seeds the checksums of all blocks but these two
  std::uint64_t first_sequence = 0;  // of batches written in that opening
  Link found;                        // the last batch found by that opening, synced before this
  Place end;                         // where that opening goes on
  std::uint32_t epoch = 0;           // of batches written in that opening
  std::uint32_t reserved = 0;
  /// Files of segments through this one are not used again: a damaged block of the old content
  /// would be taken for one of the new.
  std::uint64_t spoiled = 0;
};
static_assert(sizeof(IdentityRecord) == 176);

/// Reads the record. Empty, or a sentence that says why it cannot be used.
std::string load_identity(Disk& disk, IdentityRecord& identity);
std::error_code store_identity(Disk& disk, const IdentityRecord& identity);

/// A record for a directory that has none. What the options leave open is drawn.
IdentityRecord fresh_identity(const LogOptions& options);
/// Empty, or a sentence that says that the directory is somebody else's.
std::string check_owner(const IdentityRecord& identity, const LogOptions& options);
/// The record for the next opening, which found this last batch and goes on at `end`.
IdentityRecord next_opening(IdentityRecord identity, const Link& found, Place end);

/// Any number but 0, by the kernel.
std::uint64_t draw_number();

Identity public_identity(const IdentityRecord& identity);

}  // namespace decree::wal

#endif  // DECREE_WAL_IDENTITY_H_
