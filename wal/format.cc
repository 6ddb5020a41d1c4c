#include "wal/format.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>

namespace decree::wal {
namespace {

constexpr std::size_t kNumberDigits = 16;
constexpr NumberedName kSegmentName{"segment-", ".log"};

}  // namespace

Block block_at(std::span<std::byte> blocks, std::size_t index) {
  return Block(blocks.subspan(index * kBlockSize, kBlockSize));
}

ConstBlock block_at(std::span<const std::byte> blocks, std::size_t index) {
  return ConstBlock(blocks.subspan(index * kBlockSize, kBlockSize));
}

std::uint64_t checksum_of(std::span<const std::byte> bytes, std::uint64_t secret) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), secret);
}

std::uint64_t seal(Block block, BlockStamp stamp, std::uint64_t secret) {
  store(block, stamp);
  stamp.checksum = checksum_of(block.subspan<sizeof(std::uint64_t)>(), secret);
  store(block, stamp.checksum);
  return stamp.checksum;
}

std::optional<BlockStamp> unseal(ConstBlock block, std::uint64_t secret) {
  const auto stamp = load<BlockStamp>(block);
  if (stamp.checksum != checksum_of(block.subspan<sizeof(std::uint64_t)>(), secret)) return {};
  return stamp;
}

bool all_zero(std::span<const std::byte> bytes) {
  if (bytes.empty()) return true;
  // Equal to itself moved by one, and zero at the beginning: zero everywhere.
  return bytes[0] == std::byte{0} &&
         std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

std::string name_of(const NumberedName& pattern, std::uint64_t number) {
  std::array<char, kNumberDigits + 1> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(number));
  return std::string(pattern.prefix) + digits.data() + std::string(pattern.suffix);
}

std::optional<std::uint64_t> number_in(const NumberedName& pattern, const std::string& name) {
  const std::size_t prefix = pattern.prefix.size();
  if (name.size() != prefix + kNumberDigits + pattern.suffix.size()) return {};
  std::uint64_t number = 0;
  const char* first = name.data() + prefix;
  std::from_chars(first, first + kNumberDigits, number, 16);
  if (name_of(pattern, number) != name) return {};
  return number;
}

std::string segment_name(std::uint64_t number) { return name_of(kSegmentName, number); }

std::optional<std::uint64_t> segment_number(const std::string& name) {
  return number_in(kSegmentName, name);
}

}  // namespace decree::wal
