#include "wal/snapshot_file.h"

#include <algorithm>

#include "wal/identity.h"

namespace decree::wal {
namespace {

constexpr std::uint64_t kReadAhead = 16;  // chunks: 1 MiB
constexpr char kWhatToDo[] =
    "; restore the file from this very disk, or wipe the directory as a whole, which makes the "
    "replica a stranger to its group";

}  // namespace

std::error_code list_snapshots(Disk& disk, std::vector<Slot>& slots) {
  std::vector<std::string> names;
  if (const auto error = disk.list(names)) return error;
  for (const std::string& name : names) {
    if (const auto slot = snapshot_slot(name)) slots.push_back(*slot);
  }
  std::sort(slots.begin(), slots.end());
  return {};
}

SnapshotFile::~SnapshotFile() {
  if (file_ != FileId{}) disk_.close(file_);
}

std::string SnapshotFile::name() const { return snapshot_name(Slot{header_.slot}); }

std::string SnapshotFile::open(Slot slot, const IdentityRecord& owner) {
  header_.slot = slot.value;
  std::uint64_t size = 0;
  if (const auto error = disk_.open(name(), file_, size)) {
    return name() + ": cannot be opened: " + error.message();
  }
  if (size < snapshot_file_bytes(0)) return name() + " is too short for a snapshot" + kWhatToDo;
  if (!read_header(0) && !read_header(size - kBlockSize)) {
    return name() + ", offset 0: the header is damaged, and so is its copy at the end" + kWhatToDo;
  }
  if (header_.cluster != owner.cluster || header_.replica != owner.replica ||
      header_.incarnation != owner.incarnation) {
    return name() + " is of another directory; restore the right file";
  }
  const std::uint64_t wanted = snapshot_file_bytes(header_.chunks);
  if (size == wanted) return {};
  return name() + " is " + std::to_string(size) + " bytes long instead of " +
         std::to_string(wanted) + kWhatToDo;
}

bool SnapshotFile::read_header(std::uint64_t offset) {
  const BlockBuffer block(1);
  if (disk_.read(file_, offset, block.bytes())) return false;
  const auto header = snapshot_header(block_at(block.bytes(), 0));
  if (!header || header->slot != header_.slot) return false;
  header_ = *header;
  return true;
}

std::string SnapshotFile::verify() {
  std::uint64_t checksum = 0;
  std::uint64_t bytes = 0;
  for (std::uint64_t index = 0; index < header_.chunks; ++index) {
    const std::span<const std::byte> bytes_of_chunk = chunk(index);
    if (bytes_of_chunk.empty()) return problem_;
    checksum = add_chunk(checksum, bytes_of_chunk);
    bytes += load<ChunkHeader>(bytes_of_chunk).bytes;
  }
  if (checksum == header_.body_checksum && bytes == header_.bytes) return {};
  return name() + ": its chunks do not belong together" + kWhatToDo;
}

std::span<const std::byte> SnapshotFile::chunk(std::uint64_t index) {
  if (checked_ == index) return in_window(index);
  checked_ = kNone;
  const std::string place = name() + ", offset " + std::to_string(chunk_offset(index));
  if (const auto error = look_at(index)) {
    problem_ = place + ": cannot be read: " + error.message();
    return {};
  }
  if (!is_good(in_window(index), index)) {
    problem_ = place + ": the chunk is damaged" + kWhatToDo;
    return {};
  }
  checked_ = index;
  return in_window(index);
}

std::error_code SnapshotFile::look_at(std::uint64_t index) {
  if (index >= window_first_ && index - window_first_ < window_chunks_) return {};
  window_first_ = index;
  window_chunks_ = 0;
  const std::uint64_t wanted = std::min(kReadAhead, header_.chunks - index);
  if (window_.blocks() == 0) window_ = BlockBuffer(kReadAhead * kChunkBytes / kBlockSize);
  for (const std::uint64_t chunks : {wanted, std::uint64_t{1}}) {  // one of the others may be bad
    const std::span<std::byte> into = window_.bytes().first(chunks * kChunkBytes);
    const std::error_code error = disk_.read(file_, chunk_offset(index), into);
    if (!error) window_chunks_ = chunks;
    if (!error || chunks == 1) return error;
  }
  return {};
}

std::span<const std::byte> SnapshotFile::in_window(std::uint64_t index) const {
  return window_.bytes().subspan((index - window_first_) * kChunkBytes, kChunkBytes);
}

/// All but the last are full: only so does a chunk's number say which bytes of the body it has.
bool SnapshotFile::is_good(std::span<const std::byte> chunk, std::uint64_t index) const {
  if (!chunk_good(chunk, Slot{header_.slot}, index)) return false;
  const std::uint64_t before = std::min(index * kChunkPayload, header_.bytes);
  const std::uint64_t bytes = std::min<std::uint64_t>(kChunkPayload, header_.bytes - before);
  return load<ChunkHeader>(chunk).bytes == bytes;
}

std::size_t SnapshotFile::read(std::span<std::byte> into) {
  std::size_t done = 0;
  while (done < into.size() && next_ < header_.bytes) {
    const std::span<const std::byte> bytes = chunk(next_ / kChunkPayload);
    if (bytes.empty()) break;
    const std::size_t skip = next_ % kChunkPayload;
    const std::size_t held = load<ChunkHeader>(bytes).bytes;
    const std::size_t count = std::min(into.size() - done, held - skip);
    const auto from = bytes.subspan(sizeof(ChunkHeader) + skip, count);
    std::copy(from.begin(), from.end(), into.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
    next_ += count;
  }
  return done;
}

}  // namespace decree::wal
