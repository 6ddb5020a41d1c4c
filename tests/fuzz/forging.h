// Changes files of a log and gives their blocks the right checksums again: what stands behind the
// checksums meets bytes that no disk makes.
#ifndef DECREE_TESTS_FUZZ_FORGING_H_
#define DECREE_TESTS_FUZZ_FORGING_H_

#include <cstddef>
#include <span>
#include <string>

#include "tests/fuzz/input.h"
#include "tests/wal/log_fixture.h"
#include "wal/block_buffer.h"
#include "wal/identity.h"
#include "wal/snapshot_format.h"

namespace decree::wal {

/// Gives the block, or the chunk of a snapshot that it is in, its checksum.
inline void seal_again(const std::string& name, std::span<std::byte> file, std::size_t index) {
  const std::span<std::byte> block = file.subspan(index * kBlockSize, kBlockSize);
  const auto slot = snapshot_slot(name);
  const bool is_last = (index + 1) * kBlockSize + kBlockSize > file.size();
  if (slot && index > 0 && !is_last) {
    const std::size_t begin = chunk_offset((index - 1) / (kChunkBytes / kBlockSize));
    if (begin + kChunkBytes > file.size()) return;
    const std::span<std::byte> chunk = file.subspan(begin, kChunkBytes);
    return store(chunk, checksum_of(chunk.subspan(sizeof(std::uint64_t)), slot->value));
  }
  const std::uint64_t seed = slot ? slot->value : name == kIdentityName ? 0 : kSecret;
  seal(block_at(block, 0), load<BlockStamp>(block), seed);
}

/// Writes some of the input's bytes somewhere, most often where fields are.
inline void forge(const std::string& name, std::span<std::byte> file, Input& input) {
  if (file.size() < kBlockSize) return;
  const std::size_t index = input.below(file.size() / kBlockSize);
  const bool in_fields = input.below(4) != 3;
  const std::size_t offset = in_fields ? 4 * input.below(64) : input.below(kBlockSize - 8);
  const std::span<const std::byte> bytes = input.bytes(1 + input.below(8));
  std::ranges::copy(bytes, file.begin() + static_cast<std::ptrdiff_t>(index * kBlockSize + offset));
  if (input.below(4) != 3) seal_again(name, file, index);
}

}  // namespace decree::wal

#endif  // DECREE_TESTS_FUZZ_FORGING_H_
