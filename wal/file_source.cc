#include "wal/file_source.h"

#include <algorithm>

namespace decree::wal {

std::optional<std::vector<std::byte>> contents_of(FileSource& source) {
  std::vector<std::byte> bytes(kBlockSize);
  for (auto piece = source.next(); !piece.empty(); piece = source.next()) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  }
  if (source.failed()) return std::nullopt;
  const std::span<const std::byte> head = source.head();
  std::copy(head.begin(), head.end(), bytes.begin());
  return bytes;
}

}  // namespace decree::wal
