// A backup as `decree-wal verify` and `restore` read it: what is handed out continues what was
// there, and a backup that is written of it is read as the same. The pieces are arbitrary, with the
// right checksums or without.
#include <sys/mman.h>
#include <unistd.h>

#include <variant>
#include <vector>

#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"
#include "tests/transport/messages.h"
#include "tools/backup_reader.h"
#include "tools/backup_writer.h"
#include "wal/snapshot_format.h"

namespace decree::tools {
namespace {

/// A file in memory, used again for each input.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("backup", MFD_CLOEXEC)) { require(fd_ >= 0, "no memory file"); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(fd_); }

  int hold(std::span<const std::byte> bytes) {
    require(::ftruncate(fd_, 0) == 0, "no truncation");
    const auto size = static_cast<ssize_t>(bytes.size());
    require(::pwrite(fd_, bytes.data(), bytes.size(), 0) == size, "no memory");
    return from_the_beginning();
  }
  int from_the_beginning() {
    ::lseek(fd_, 0, SEEK_SET);
    return fd_;
  }

 private:
  int fd_;
};

/// A piece as it was read, kept.
struct KeptPiece {
  PieceKind kind = PieceKind::end;
  std::uint64_t first = 0;
  Slot last;
  std::vector<std::byte> bytes;
  std::string message;

  bool operator==(const KeptPiece&) const = default;
};

class BackupBuilder {
 public:
  explicit BackupBuilder(Input& input) : input_(input) {
    BackupHeader header;
    header.cluster = input.below(256);
    header.checksum = checksum_ = checksum_of(header);
    add(bytes_of(header));
  }

  std::vector<std::byte> build() {
    for (std::uint64_t pieces = input_.below(10); pieces > 0; --pieces) add_piece();
    if (input_.below(4) != 3) put(PieceKind::end, 0, held_, {});
    return bytes_;
  }

 private:
  void add_piece() {
    switch (input_.below(4)) {
      case 0:
        return add_chunk();
      case 1:
      case 2:
        return add_values();
      default: {
        const auto kind = static_cast<PieceKind>(input_.below(5));
        const std::uint64_t first = input_.any<std::uint8_t>();
        put(kind, first, input_.any<std::uint16_t>(), input_.bytes(input_.below(256)));
      }
    }
  }

  void add_chunk() {
    chunk_ = input_.below(3) == 0 ? 0 : chunk_;
    if (chunk_ == 0) held_ += input_.below(5);
    std::vector<std::byte> chunk(wal::kChunkBytes);
    wal::seal_chunk(chunk, Slot{held_}, chunk_, input_.below(wal::kChunkPayload));
    if (input_.below(8) == 7) chunk[input_.below(chunk.size())] ^= std::byte{1};
    put(PieceKind::chunk, chunk_++, held_, chunk);
  }

  void add_values() {
    std::vector<Value> values(input_.below(5));
    for (Value& value : values) {
      value.kind = ValueKind::command;
      value.bytes = Payload::copy_of(input_.bytes(input_.below(32)));
    }
    chunk_ = 0;
    const std::uint64_t first = held_ + (input_.below(8) == 7 ? input_.below(4) : 1);
    const Payload frame = encoder_.encode(Chosen{Slot{first}, values});
    held_ = first + values.size() - 1;
    if (input_.below(8) == 7) frame.owner.bytes().last(8)[0] ^= std::byte{1};
    put(PieceKind::chosen, first, held_, frame.view);
  }

  void put(PieceKind kind, std::uint64_t first, std::uint64_t last,
           std::span<const std::byte> bytes) {
    PieceHeader header;
    header.kind = static_cast<std::uint32_t>(kind);
    header.bytes = static_cast<std::uint32_t>(bytes.size());
    header.first = first;
    header.last = last;
    header.checksum = checksum_ = checksum_of(header, bytes, checksum_);
    add(bytes_of(header));
    add(bytes);
  }
  void add(std::span<const std::byte> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }

  Input& input_;
  transport::Encoder encoder_{transport::Origin{7, 0, ReplicaId{3}}};
  std::vector<std::byte> bytes_;
  std::uint64_t checksum_ = 0;
  std::uint64_t held_ = 0;
  std::uint64_t chunk_ = 0;
};

/// What a backup may go on with.
class Continuity {
 public:
  void take(const Piece& piece) {
    if (piece.kind == PieceKind::chunk) return take_chunk(piece);
    if (piece.kind == PieceKind::end)
      return require(piece.last == held_, "the end of another slot");
    const auto* chosen = std::get_if<Chosen>(piece.message);
    require(chosen != nullptr && !chosen->values.empty(), "no chosen values");
    require(chosen->first.value == held_.value + 1, "a slot is left out or told twice");
    held_ = Slot{held_.value + chosen->values.size()};
    require(piece.last == held_ && piece.first == chosen->first.value, "a piece of other slots");
    chunks_ = 0;
  }

 private:
  void take_chunk(const Piece& piece) {
    require(piece.bytes.size() == wal::kChunkBytes &&
                wal::chunk_good(piece.bytes, piece.last, piece.first),
            "a damaged chunk");
    require(piece.first == 0 ? piece.last >= held_ : piece.first == chunks_ && piece.last == held_,
            "a chunk that continues nothing");
    held_ = piece.last;
    chunks_ = piece.first + 1;
  }

  Slot held_;
  std::uint64_t chunks_ = 0;
};

/// All pieces of a backup that is whole; else none. Writes them on as they come.
std::vector<KeptPiece> read(int file, BackupWriter& out) {
  BackupReader reader(file);
  if (!reader.open().empty()) return {};
  std::vector<KeptPiece> pieces;
  Continuity continuity;
  Piece piece;
  do {
    if (!reader.next(piece).empty()) return {};
    continuity.take(piece);
    const bool is_chosen = piece.kind == PieceKind::chosen;
    pieces.push_back({piece.kind, piece.first, piece.last, {}, {}});
    if (is_chosen) {
      pieces.back().message = transport::dump(*piece.message);
      out.chosen(std::get<Chosen>(*piece.message));
    } else if (piece.kind == PieceKind::chunk) {
      pieces.back().bytes.assign(piece.bytes.begin(), piece.bytes.end());
      out.chunk(piece.last, piece.first, piece.bytes);
    } else {
      out.end(piece.last);
    }
  } while (piece.kind != PieceKind::end);
  return pieces;
}

/// True if it is a whole backup.
bool check(std::span<const std::byte> bytes) {
  static MemoryFile in;
  static MemoryFile out;
  static MemoryFile nowhere;
  BackupWriter writer(out.hold({}), {});
  const std::vector<KeptPiece> pieces = read(in.hold(bytes), writer);
  require(!writer.error(), "no memory");
  if (pieces.empty()) return false;
  BackupWriter unused(nowhere.hold({}), {});
  // What comes as first value of an end means nothing and is not written on.
  std::vector<KeptPiece> expected = pieces;
  expected.back().first = 0;
  require(read(out.from_the_beginning(), unused) == expected, "another backup after writing");
  return true;
}

void run(Input& input) {
  if (input.below(4) == 3) {
    check(input.rest());
    return;
  }
  Input about_changes = input.take_end(16);
  const std::vector<std::byte> built = BackupBuilder(input).build();
  std::vector<std::byte> bytes = built;
  if (about_changes.below(3) == 2) {
    bytes[about_changes.below(bytes.size())] ^= about_changes.any<std::byte>();
  }
  if (about_changes.below(8) == 7) bytes.resize(about_changes.below(bytes.size() + 16));
  require(!check(bytes) || bytes == built, "a damaged backup is believed");
}

}  // namespace
}  // namespace decree::tools

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  decree::Input input(data, size);
  decree::tools::run(input);
  return 0;
}
