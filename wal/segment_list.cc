#include "wal/segment_list.h"

#include <algorithm>
#include <optional>

namespace decree::wal {
namespace {

constexpr std::uint64_t kMaxBlocks = UINT32_MAX;

/// Every log that was ever opened has a segment.
std::string check_numbers(std::uint64_t first, const std::vector<std::uint64_t>& numbers,
                          const IdentityRecord& identity) {
  std::uint64_t next = first;
  for (const std::uint64_t number : numbers) {
    if (number != next) break;
    ++next;
  }
  const bool complete = next - first == numbers.size();
  if (complete && (!numbers.empty() || identity.epoch == 0)) return {};
  return segment_name(next) + " is missing; restore it: without it the log has a hole";
}

/// `blocks` are the first two.
std::string check_header(std::span<const std::byte> blocks, const IdentityRecord& identity,
                         const Segment& segment) {
  const std::string name = segment_name(segment.number);
  const ConstBlock block = block_at(blocks, 0);
  const std::optional<BlockStamp> stamp = unseal(block, identity.secret);
  // Nothing is lost with it: every other block says itself where it belongs.
  if (!stamp || stamp->kind != static_cast<std::uint32_t>(BlockKind::segment)) return {};
  const auto header = load<SegmentHeader>(block.subspan<sizeof(BlockStamp)>());
  if (header.number != segment.number) {
    const std::optional<BlockStamp> next = unseal(block_at(blocks, 1), identity.secret);
    const bool alone = !next || next->segment != static_cast<std::uint32_t>(header.number);
    if (alone) return {};  // a block that went to the wrong file
    return name + " is a copy of " + segment_name(header.number) + "; restore the right file";
  }
  const std::uint64_t bytes = std::uint64_t{segment.blocks} * kBlockSize;
  if (header.bytes != bytes) {
    return name + " is " + std::to_string(bytes) + " bytes long instead of " +
           std::to_string(header.bytes) + "; restore the file";
  }
  return {};
}

std::string inspect(Disk& disk, const IdentityRecord& identity, Segment& segment) {
  const std::string name = segment_name(segment.number);
  FileId file;
  std::uint64_t size = 0;
  if (const auto error = disk.open(name, file, size)) {
    return name + ": cannot be opened: " + error.message();
  }
  const std::uint64_t blocks = size / kBlockSize;
  if (size % kBlockSize != 0 || blocks < 2 || blocks > kMaxBlocks) {
    disk.close(file);
    return name + " is " + std::to_string(size) +
           " bytes long, which no segment is; restore the file";
  }
  segment.blocks = static_cast<std::uint32_t>(blocks);
  const BlockBuffer buffer(2);
  const std::error_code error = disk.read(file, 0, buffer.bytes());
  disk.close(file);
  return error ? std::string() : check_header(buffer.bytes(), identity, segment);
}

}  // namespace

std::string list_segments(Disk& disk, const IdentityRecord& identity, std::uint64_t first,
                          SegmentList& list) {
  std::vector<std::string> names;
  if (const auto error = disk.list(names)) {
    return "the directory cannot be listed: " + error.message();
  }
  std::vector<std::uint64_t> numbers;
  for (const std::string& name : names) {
    if (const auto number = segment_number(name)) {
      (*number < first ? list.left_over : numbers).push_back(*number);
    }
  }
  std::sort(list.left_over.begin(), list.left_over.end());
  std::sort(numbers.begin(), numbers.end());
  if (std::string problem = check_numbers(first, numbers, identity); !problem.empty())
    return problem;
  for (const std::uint64_t number : numbers) {
    list.needed.push_back(Segment{number, 0});
    std::string problem = inspect(disk, identity, list.needed.back());
    if (!problem.empty()) return problem;
  }
  return {};
}

void seal_segment_header(Block block, const IdentityRecord& identity, const Segment& segment) {
  std::fill(block.begin(), block.end(), std::byte{0});
  SegmentHeader header;
  header.number = segment.number;
  header.bytes = std::uint64_t{segment.blocks} * kBlockSize;
  header.cluster = identity.cluster;
  header.incarnation = identity.incarnation;
  store(block.subspan<sizeof(BlockStamp)>(), header);
  BlockStamp stamp;
  stamp.kind = static_cast<std::uint32_t>(BlockKind::segment);
  stamp.segment = static_cast<std::uint32_t>(segment.number);
  stamp.count = 1;
  seal(block, stamp, identity.secret);
}

}  // namespace decree::wal
