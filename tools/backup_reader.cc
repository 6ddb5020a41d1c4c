#include "tools/backup_reader.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <variant>

#include "wal/snapshot_format.h"

namespace decree::tools {
namespace {

constexpr char kCutShort[] = "it ends here, without the end of a backup";
constexpr char kDamaged[] = "the backup is damaged";

}  // namespace

std::string BackupReader::open() {
  const std::size_t got = read(std::as_writable_bytes(std::span(&header_, 1)));
  if (got != sizeof(header_) || header_.magic != kBackupMagic) return "this is not a backup";
  if (header_.version != kBackupVersion) {
    return fmt::format("the backup has format version {}, this program reads version {}",
                       header_.version, kBackupVersion);
  }
  if (header_.checksum != checksum_of(header_)) return at_piece(kDamaged);
  checksum_ = header_.checksum;
  return {};
}

std::string BackupReader::next(Piece& piece) {
  std::string problem = read_piece();
  if (!problem.empty()) return at_piece(problem);
  switch (piece_.kind) {
    case PieceKind::chunk:
      problem = take_chunk();
      break;
    case PieceKind::chosen:
      problem = take_chosen();
      break;
    case PieceKind::end:
      problem = take_end();
      break;
    default:
      problem = fmt::format("a piece of unknown kind {}", static_cast<unsigned>(piece_.kind));
  }
  piece = piece_;
  return problem.empty() ? problem : at_piece(problem);
}

std::string BackupReader::read_piece() {
  begin_ = offset_;
  PieceHeader header;
  if (read(std::as_writable_bytes(std::span(&header, 1))) != sizeof(header)) return kCutShort;
  // Before so much is allocated. What is damaged beyond that the checksum tells.
  if (header.bytes > kMaxPieceBytes) return kDamaged;
  bytes_.resize(header.bytes);
  if (read(bytes_) != bytes_.size()) return kCutShort;
  if (header.checksum != checksum_of(header, bytes_, checksum_)) return kDamaged;
  checksum_ = header.checksum;
  piece_ = {static_cast<PieceKind>(header.kind), header.first, Slot{header.last}, bytes_, nullptr};
  return {};
}

std::string BackupReader::take_chunk() {
  const bool newest = piece_.last == held_ && chunks_ != 0;
  const bool begins = piece_.first == 0 && (piece_.last > held_ || newest);
  const bool goes_on = piece_.first == chunks_ && newest && full_;
  const bool good =
      bytes_.size() == wal::kChunkBytes && wal::chunk_good(bytes_, piece_.last, piece_.first);
  if (!good || (!begins && !goes_on)) return "this chunk does not belong here";
  held_ = piece_.last;
  chunks_ = piece_.first + 1;
  full_ = wal::chunk_full(bytes_);
  return {};
}

std::string BackupReader::take_chosen() {
  chunks_ = 0;
  std::string_view problem;
  piece_.message = decoder_.decode(Payload::copy_of(bytes_), problem);
  if (piece_.message == nullptr) return fmt::format("a frame cannot be read: {}", problem);
  const auto* chosen = std::get_if<Chosen>(piece_.message);
  const bool fits = chosen != nullptr && !chosen->values.empty() && chosen->first == held_.next() &&
                    chosen->first.value == piece_.first &&
                    piece_.last.value - piece_.first == chosen->values.size() - 1;
  if (!fits) return "these slots do not belong here";
  held_ = piece_.last;
  return {};
}

std::string BackupReader::take_end() {
  if (piece_.last != held_) return fmt::format("the end is not that of slot {}", held_.value);
  std::byte more{};
  return read({&more, 1}) == 0 ? std::string() : "something follows the end of the backup";
}

/// An error is as good as the end.
std::size_t BackupReader::read(std::span<std::byte> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got = ::read(file_, into.data() + done, into.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  offset_ += done;
  return done;
}

std::string BackupReader::at_piece(const std::string& what) const {
  return fmt::format("offset {}: {}", begin_, what);
}

}  // namespace decree::tools
