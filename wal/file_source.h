// Where the bytes of a new file come from.
#ifndef DECREE_WAL_FILE_SOURCE_H_
#define DECREE_WAL_FILE_SOURCE_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace decree::wal {

/// The unit of every write, read and alignment of the log.
inline constexpr std::size_t kBlockSize = 4096;

/// Used on another thread than the disk's.
class FileSource {
 public:
  static constexpr std::size_t kMostBytes = 16 * kBlockSize;

  virtual ~FileSource() = default;
  /// The next whole blocks, at most kMostBytes, from aligned memory, valid until the next call;
  /// empty at the end.
  virtual std::span<const std::byte> next() = 0;
  /// There is no next block, although it is not the end.
  [[nodiscard]] virtual bool failed() const = 0;
  /// The first block of the file, asked for when all that comes behind it is written.
  virtual std::span<const std::byte> head() = 0;
  /// It is wanted as soon as the disk can have it; else the disk's other users come first.
  [[nodiscard]] virtual bool hurries() const { return false; }
};

/// The whole file, for disks in memory; none if the source fails.
std::optional<std::vector<std::byte>> contents_of(FileSource& source);

}  // namespace decree::wal

#endif  // DECREE_WAL_FILE_SOURCE_H_
