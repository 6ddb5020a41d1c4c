#include "wal/snapshot_format.h"

#include <algorithm>
#include <array>

namespace decree::wal {
namespace {

constexpr NumberedName kName{"snapshot-", ".snap"};

}  // namespace

void set_start(SnapshotHeader& header, const LogStart& start) {
  header.first_segment = start.segment;
  header.dropped = start.dropped.value;
  header.before = start.before;
}

LogStart start_of(const SnapshotHeader& header) {
  return {header.first_segment, header.before, Slot{header.dropped}};
}

void seal_snapshot_header(Block block, const SnapshotHeader& header) {
  std::fill(block.begin(), block.end(), std::byte{0});
  store(block.subspan<sizeof(BlockStamp)>(), header);
  BlockStamp stamp;
  stamp.kind = static_cast<std::uint32_t>(BlockKind::snapshot);
  stamp.count = 1;
  seal(block, stamp, header.slot);
}

std::optional<SnapshotHeader> snapshot_header(ConstBlock block) {
  const auto header = load<SnapshotHeader>(block.subspan<sizeof(BlockStamp)>());
  const std::optional<BlockStamp> stamp = unseal(block, header.slot);
  const bool good = stamp && stamp->kind == static_cast<std::uint32_t>(BlockKind::snapshot) &&
                    header.magic == kSnapshotMagic && header.version == kFormatVersion;
  return good ? std::optional(header) : std::nullopt;
}

void seal_chunk(std::span<std::byte> chunk, Slot slot, std::uint64_t index, std::size_t bytes) {
  ChunkHeader header;
  header.index = static_cast<std::uint32_t>(index);
  header.bytes = static_cast<std::uint32_t>(bytes);
  store(chunk, header);
  store(chunk, checksum_of(chunk.subspan(sizeof(header.checksum)), slot.value));
}

bool chunk_good(std::span<const std::byte> chunk, Slot slot, std::uint64_t index) {
  const auto header = load<ChunkHeader>(chunk);
  return header.index == static_cast<std::uint32_t>(index) && header.bytes > 0 &&
         header.bytes <= kChunkPayload &&
         header.checksum == checksum_of(chunk.subspan(sizeof(header.checksum)), slot.value);
}

bool chunk_full(std::span<const std::byte> chunk) {
  return load<ChunkHeader>(chunk).bytes == kChunkPayload;
}

std::uint64_t add_chunk(std::uint64_t checksum, std::span<const std::byte> chunk) {
  const std::array<std::uint64_t, 2> both{checksum, load<ChunkHeader>(chunk).checksum};
  return checksum_of(std::as_bytes(std::span(both)), 0);
}

std::string snapshot_name(Slot slot) { return name_of(kName, slot.value); }

std::optional<Slot> snapshot_slot(const std::string& name) {
  const std::optional<std::uint64_t> number = number_in(kName, name);
  return number ? std::optional(Slot{*number}) : std::nullopt;
}

}  // namespace decree::wal
