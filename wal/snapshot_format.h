// The bytes of a snapshot's file, all little-endian. docs/log-format.md explains them.
#ifndef DECREE_WAL_SNAPSHOT_FORMAT_H_
#define DECREE_WAL_SNAPSHOT_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "decree/types.h"
#include "wal/format.h"
#include "wal/log_start.h"

namespace decree::wal {

inline constexpr std::uint64_t kSnapshotMagic = 0x31504e53'45524344;  // "DCRESNP1"

/// Behind the stamp of the first block. Written when all else is, so that it counts what there is.
struct SnapshotHeader {
  std::uint64_t magic = kSnapshotMagic;
  std::uint32_t version = kFormatVersion;
  std::uint32_t replica = 0;  // whose directory it is in
  std::uint64_t cluster = 0;
  std::uint64_t incarnation = 0;
  std::uint64_t slot = 0;  // the state is the one after this slot
  std::uint64_t chunks = 0;
  std::uint64_t bytes = 0;          // of the body, without the chunks' headers and padding
  std::uint64_t body_checksum = 0;  // of the chunks' checksums, see add_chunk()

  // Where the log of this directory begins, see LogStart.
  std::uint64_t first_segment = 1;
  std::uint64_t dropped = 0;
  Link before;
};
static_assert(sizeof(SnapshotHeader) == 168);

void set_start(SnapshotHeader& header, const LogStart& start);
LogStart start_of(const SnapshotHeader& header);

/// A body is cut into chunks, which travel between replicas as they are.
inline constexpr std::size_t kChunkBytes = 16 * kBlockSize;

/// A file has the header twice, first and last.
constexpr std::uint64_t snapshot_file_bytes(std::uint64_t chunks) {
  return 2 * kBlockSize + chunks * kChunkBytes;
}
constexpr std::uint64_t chunk_offset(std::uint64_t index) {
  return kBlockSize + index * kChunkBytes;
}

void seal_snapshot_header(Block block, const SnapshotHeader& header);
/// The header, if the block is what was written.
std::optional<SnapshotHeader> snapshot_header(ConstBlock block);

struct ChunkHeader {
  std::uint64_t checksum = 0;  // of the rest of the chunk, seeded with the slot
  std::uint32_t index = 0;
  std::uint32_t bytes = 0;  // of the body; all but the last chunk are full
};
static_assert(sizeof(ChunkHeader) == 16);
inline constexpr std::size_t kChunkPayload = kChunkBytes - sizeof(ChunkHeader);

/// Completes a chunk whose payload is in its place.
void seal_chunk(std::span<std::byte> chunk, Slot slot, std::uint64_t index, std::size_t bytes);
bool chunk_good(std::span<const std::byte> chunk, Slot slot, std::uint64_t index);
/// True if it has all the bytes that a chunk can have, as each but the last one has.
bool chunk_full(std::span<const std::byte> chunk);
/// Takes a chunk into the checksum of a body, 0 at first.
std::uint64_t add_chunk(std::uint64_t checksum, std::span<const std::byte> chunk);

std::string snapshot_name(Slot slot);
/// The slot of a snapshot's file name; none for any other name.
std::optional<Slot> snapshot_slot(const std::string& name);

}  // namespace decree::wal

#endif  // DECREE_WAL_SNAPSHOT_FORMAT_H_
