// The bytes of the log, all little-endian. docs/log-format.md explains them with an example.
#ifndef DECREE_WAL_FORMAT_H_
#define DECREE_WAL_FORMAT_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "paxos/record.h"
#include "wal/disk.h"

namespace decree::wal {

static_assert(std::endian::native == std::endian::little, "the log is written as it is in memory");

inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::uint64_t kSegmentMagic = 0x31474553'45524344;   // "DCRESEG1"
inline constexpr std::uint64_t kIdentityMagic = 0x31544e44'45524344;  // "DCREDNT1"

/// Writes that may be under way at once. Recovery reasons with it: a batch with a sequence this
/// much higher was not started before its predecessor was durable.
inline constexpr std::uint64_t kMaxInFlight = 16;
/// How far the sequence jumps at each opening, so that no sequence that may have been used before
/// is used again.
inline constexpr std::uint64_t kSequenceJump = 64;
static_assert(kSequenceJump > kMaxInFlight);

enum class BlockKind : std::uint32_t {
  segment = 1,
  batch = 2,
  mark = 3,
  identity = 4,
  snapshot = 5
};

/// The beginning of every block.
struct BlockStamp {
  std::uint64_t checksum = 0;  // of the rest of the block, seeded with the log's secret
  std::uint64_t sequence = 0;  // of the batch; of a mark: the newest that is durable
  std::uint32_t kind = 0;      // BlockKind
  std::uint32_t epoch = 0;     // of the opening that wrote it
  std::uint32_t segment = 0;   // the low half of the segment's number
  std::uint32_t position = 0;  // of the block in its file, in blocks
  std::uint32_t index = 0;     // of the block in its batch
  std::uint32_t count = 0;     // blocks of the batch
};
inline constexpr std::size_t kBlockPayload = kBlockSize - sizeof(BlockStamp);

/// What the log holds through a batch, in short: repeated by the next batch, by a mark and by the
/// next opening, so that it is known what damage may have taken. Grows only.
struct Summary {
  std::uint64_t highest_slot = 0;  // of records of kind accept or chosen; 0: none
  std::uint64_t chosen_slot = 0;   // the greatest of records of kind chosen alone
  std::uint64_t watermark = 0;     // the highest one recorded
  std::uint64_t lease_ns = 0;      // the longest lease recorded
  std::uint64_t round = 0;         // the highest ballot of records of kind promise or accept
  std::uint64_t incarnation = 0;
  std::uint32_t replica = 0;
  std::uint32_t reserved = 0;

  [[nodiscard]] Ballot ballot() const {
    return {round, ReplicaId{replica}, Incarnation{incarnation}};
  }
};

/// What one batch says to its successor.
struct Link {
  std::uint64_t sequence = 0;
  std::uint64_t checksum = 0;
  std::uint64_t lsn = 0;
  std::uint32_t epoch = 0;
  std::uint32_t reserved = 0;
  Summary summary;  // through it
};

/// Where a batch begins.
struct Place {
  std::uint64_t segment = 0;  // its number
  std::uint32_t block = 0;
  std::uint32_t reserved = 0;
};

/// The beginning of a batch, behind the stamp of its first block.
struct BatchHeader {
  std::uint64_t lsn = 0;
  std::uint64_t previous_sequence = 0;  // 0: this is the first batch of the log
  std::uint64_t previous_checksum = 0;  // in the first stamp of that batch
  std::uint64_t durable = 0;            // the newest sequence known durable
  std::uint64_t body_checksum = 0;      // of the other blocks' checksums; 0 if there are none
  std::uint32_t record_bytes = 0;       // with their headers and padding
  std::uint32_t records = 0;
  Summary previous;
};

/// The beginning of a record. Its bytes follow, padded with zeros to a multiple of 8.
struct RecordHeader {
  std::uint32_t kind = 0;
  std::uint32_t bytes = 0;
  std::uint64_t round = 0;
  std::uint64_t incarnation = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint32_t replica = 0;
  std::uint32_t reserved = 0;
};

/// Behind the stamp of block 0 of a segment.
struct SegmentHeader {
  std::uint64_t magic = kSegmentMagic;
  std::uint32_t version = kFormatVersion;
  std::uint32_t reserved = 0;
  std::uint64_t number = 0;
  std::uint64_t bytes = 0;  // of the file
  std::uint64_t cluster = 0;
  std::uint64_t incarnation = 0;
};

static_assert(sizeof(BlockStamp) == 40);
static_assert(sizeof(Summary) == 56);
static_assert(sizeof(Link) == 88);
static_assert(sizeof(Place) == 16);
static_assert(sizeof(BatchHeader) == 104);
static_assert(sizeof(RecordHeader) == 48);
static_assert(sizeof(SegmentHeader) == 48);

using Block = std::span<std::byte, kBlockSize>;
using ConstBlock = std::span<const std::byte, kBlockSize>;

/// The i-th block of a run of blocks.
Block block_at(std::span<std::byte> blocks, std::size_t index);
ConstBlock block_at(std::span<const std::byte> blocks, std::size_t index);

std::uint64_t checksum_of(std::span<const std::byte> bytes, std::uint64_t secret);
/// Writes the stamp and computes its checksum, which is returned.
std::uint64_t seal(Block block, BlockStamp stamp, std::uint64_t secret);
/// The stamp, if the block is what was written.
std::optional<BlockStamp> unseal(ConstBlock block, std::uint64_t secret);
bool all_zero(std::span<const std::byte> bytes);

/// A plain value at the beginning of `bytes`, which must be long enough.
template <typename T>
T load(std::span<const std::byte> bytes) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  __builtin_memcpy(&value, bytes.data(), sizeof(T));
  return value;
}
template <typename T>
void store(std::span<std::byte> bytes, const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  __builtin_memcpy(bytes.data(), &value, sizeof(T));
}

/// Names of files with a number in them, 16 hexadecimal digits.
struct NumberedName {
  std::string_view prefix;
  std::string_view suffix;
};
std::string name_of(const NumberedName& pattern, std::uint64_t number);
/// The number in a name; none if it does not have the pattern.
std::optional<std::uint64_t> number_in(const NumberedName& pattern, const std::string& name);

std::string segment_name(std::uint64_t number);
/// The number of a segment's file name; none for any other name.
std::optional<std::uint64_t> segment_number(const std::string& name);

/// How many blocks a batch with so many bytes of records takes.
constexpr std::uint64_t blocks_for(std::uint64_t record_bytes) {
  return (sizeof(BatchHeader) + record_bytes + kBlockPayload - 1) / kBlockPayload;
}
/// What a record takes in a batch.
constexpr std::uint64_t padded(std::uint64_t bytes) { return (bytes + 7) / 8 * 8; }

}  // namespace decree::wal

#endif  // DECREE_WAL_FORMAT_H_
