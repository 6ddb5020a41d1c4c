#include "wal/identity.h"

#include <sys/random.h>

#include <algorithm>
#include <optional>

#include "paxos/assert.h"
#include "wal/block_buffer.h"

namespace decree::wal {
namespace {

constexpr std::size_t kCopies = 2;
constexpr std::uint64_t kNoSecret = 0;  // the identity is what the secret is read from

std::optional<IdentityRecord> copy_in(ConstBlock block, std::uint32_t index) {
  const std::optional<BlockStamp> stamp = unseal(block, kNoSecret);
  if (!stamp || stamp->kind != static_cast<std::uint32_t>(BlockKind::identity)) return {};
  if (stamp->index != index) return {};
  return load<IdentityRecord>(block.subspan<sizeof(BlockStamp)>());
}

std::string check_format(const IdentityRecord& identity) {
  if (identity.magic != kIdentityMagic) return "identity: this is not the directory of a log";
  if (identity.version == kFormatVersion) return {};
  return "identity: the log has format version " + std::to_string(identity.version) +
         ", this program reads version " + std::to_string(kFormatVersion) +
         "; use the program that wrote it";
}

}  // namespace

std::uint64_t draw_number() {
  std::uint64_t number = 0;
  const ssize_t drawn = ::getrandom(&number, sizeof(number), 0);
  DECREE_ASSERT(drawn == sizeof(number), "the kernel gives eight random bytes at once");
  return number | 1;
}

std::string load_identity(Disk& disk, IdentityRecord& identity) {
  FileId file;
  std::uint64_t size = 0;
  if (const auto error = disk.open(kIdentityName, file, size)) {
    return "identity: cannot be opened: " + error.message();
  }
  const BlockBuffer buffer(kCopies);
  std::error_code error;
  if (size == buffer.bytes().size()) error = disk.read(file, 0, buffer.bytes());
  disk.close(file);
  if (size != buffer.bytes().size()) {
    return "identity: is " + std::to_string(size) + " bytes long instead of " +
           std::to_string(buffer.bytes().size()) + "; restore the directory or wipe it as a whole";
  }
  if (error) return "identity: cannot be read: " + error.message();
  const std::optional<IdentityRecord> first = copy_in(block_at(buffer.bytes(), 0), 0);
  const std::optional<IdentityRecord> second = copy_in(block_at(buffer.bytes(), 1), 1);
  if (!first && !second) {
    return "identity: both copies are damaged; restore the directory or wipe it as a whole, which "
           "makes the replica a stranger to its group";
  }
  identity = first ? *first : *second;
  if (first && second && second->start > first->start) identity = *second;
  return check_format(identity);
}

std::error_code store_identity(Disk& disk, const IdentityRecord& identity) {
  const BlockBuffer buffer(kCopies);
  std::fill(buffer.bytes().begin(), buffer.bytes().end(), std::byte{0});
  for (std::uint32_t i = 0; i < kCopies; ++i) {
    const Block block = block_at(buffer.bytes().first(kCopies * kBlockSize), i);
    store(block.subspan<sizeof(BlockStamp)>(), identity);
    BlockStamp stamp;
    stamp.kind = static_cast<std::uint32_t>(BlockKind::identity);
    stamp.position = i;
    stamp.index = i;
    stamp.count = kCopies;
    seal(block, stamp, kNoSecret);
  }
  return disk.replace(kIdentityName, buffer.bytes());
}

IdentityRecord fresh_identity(const LogOptions& options) {
  IdentityRecord identity;
  identity.cluster = options.cluster;
  identity.replica = options.replica.value;
  const std::uint64_t incarnation = options.fresh_incarnation.value;
  identity.incarnation = incarnation != 0 ? incarnation : draw_number();
  identity.secret = options.fresh_secret != 0 ? options.fresh_secret : draw_number();
  return identity;
}

std::string check_owner(const IdentityRecord& identity, const LogOptions& options) {
  if (identity.cluster != options.cluster) {
    return "identity: the log belongs to cluster " + std::to_string(identity.cluster) +
           ", not to cluster " + std::to_string(options.cluster) + "; use another directory";
  }
  if (identity.replica != options.replica.value) {
    return "identity: the log belongs to replica " + std::to_string(identity.replica) +
           ", not to replica " + std::to_string(options.replica.value) + "; use another directory";
  }
  return {};
}

IdentityRecord next_opening(IdentityRecord identity, const Link& found, Place end) {
  const bool first = identity.epoch == 0;
  const std::uint64_t used = std::max(identity.first_sequence, found.sequence);
  identity.first_sequence = first ? 1 : used + kSequenceJump;
  identity.found = found;
  identity.end = end;
  ++identity.start;
  ++identity.epoch;
  return identity;
}

Identity public_identity(const IdentityRecord& identity) {
  return {identity.cluster, ReplicaId{identity.replica}, Incarnation{identity.incarnation},
          StartNumber{identity.start}};
}

}  // namespace decree::wal
