// A snapshot's file, damaged: what is read is what was written, or there is a problem. Forged, with
// the right checksums: what is verified can be read.
#include "tests/fuzz/forging.h"
#include "tests/fuzz/require.h"
#include "tests/wal/damage.h"
#include "wal/snapshot_file.h"

namespace decree::wal {
namespace {

constexpr Slot kSlot{5};

std::vector<std::byte> state_of(Input& input) {
  std::vector<std::byte> state(input.below(kChunkPayload * 5 / 2));
  for (std::size_t i = 0; i < state.size(); ++i) state[i] = static_cast<std::byte>(i * i >> 8);
  return state;
}

SnapshotHeader header_of(const IdentityRecord& owner) {
  SnapshotHeader header;
  header.replica = owner.replica;
  header.cluster = owner.cluster;
  header.incarnation = owner.incarnation;
  header.slot = kSlot.value;
  return header;
}

std::vector<std::byte> file_of(std::span<const std::byte> state, SnapshotHeader header) {
  header.bytes = state.size();
  header.chunks = (state.size() + kChunkPayload - 1) / kChunkPayload;
  std::vector<std::byte> file(snapshot_file_bytes(header.chunks));
  for (std::uint64_t i = 0; i < header.chunks; ++i) {
    const auto chunk = std::span(file).subspan(chunk_offset(i), kChunkBytes);
    const auto body =
        state.subspan(i * kChunkPayload)
            .first(std::min<std::size_t>(kChunkPayload, state.size() - i * kChunkPayload));
    std::ranges::copy(body, chunk.subspan(sizeof(ChunkHeader)).begin());
    seal_chunk(chunk, kSlot, i, body.size());
    header.body_checksum = add_chunk(header.body_checksum, chunk);
  }
  const std::span<std::byte> blocks(file);
  seal_snapshot_header(block_at(blocks, 0), header);
  seal_snapshot_header(block_at(blocks, blocks.size() / kBlockSize - 1), header);
  return file;
}

std::vector<std::byte> read_all(SnapshotFile& file, Input& input) {
  std::vector<std::byte> all;
  std::vector<std::byte> piece(1 + input.below(100'000));
  while (const std::size_t size = file.read(piece)) {
    all.insert(all.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(size));
    if (size < piece.size()) break;
  }
  return all;
}

void check(MemoryFiles& files, const IdentityRecord& owner, const std::vector<std::byte>* state,
           Input& input) {
  MemoryDisk disk(files);
  SnapshotFile file(disk);
  if (!file.open(kSlot, owner).empty()) return;
  const bool good = file.verify().empty();
  const std::vector<std::byte> read = read_all(file, input);
  require(read.size() <= file.header().bytes, "more than the header says");
  const bool whole = read.size() == file.header().bytes;
  require(!good || (whole && file.problem().empty()), "what was verified cannot be read");
  if (state == nullptr) return;
  require(whole || !file.problem().empty(), "a short state without a problem");
  require(std::equal(read.begin(), read.end(), state->begin()), "another state than was written");
  require(!good || read.size() == state->size(), "a shorter state than was written");
}

void run(Input& input) {
  Input about_changes = input.take_end(128);
  IdentityRecord owner = fresh_identity(small_options());
  const std::vector<std::byte> state = state_of(input);
  MemoryFiles files;
  std::vector<std::byte>& file = files[snapshot_name(kSlot)] = file_of(state, header_of(owner));
  const bool forges = about_changes.below(2) == 1;
  Damage damage(about_changes, files, [](const std::string&) { return true; });
  for (std::uint64_t changes = about_changes.below(8); changes > 0; --changes) {
    if (forges) {
      forge(snapshot_name(kSlot), file, about_changes);
    } else {
      damage.hurt_a_block();
    }
  }
  if (about_changes.below(8) == 7) file.resize(about_changes.below(file.size() + kBlockSize));
  check(files, owner, forges ? nullptr : &state, input);
}

}  // namespace
}  // namespace decree::wal

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  decree::Input input(data, size);
  decree::wal::run(input);
  return 0;
}
