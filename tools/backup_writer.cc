#include "tools/backup_writer.h"

#include <unistd.h>

#include <cerrno>

#include "wal/posix_file.h"

namespace decree::tools {

BackupWriter::BackupWriter(int file, const wal::IdentityRecord& source)
    : file_(file),
      source_(source),
      encoder_(transport::Origin{source.cluster, 0, ReplicaId{source.replica}}) {
  BackupHeader header;
  header.replica = source.replica;
  header.cluster = source.cluster;
  header.incarnation = source.incarnation;
  header.checksum = checksum_ = checksum_of(header);
  write(bytes_of(header));
}

void BackupWriter::chunk(Slot snapshot, std::uint64_t index, std::span<const std::byte> bytes) {
  put(PieceKind::chunk, index, snapshot, bytes);
}

void BackupWriter::chosen(const Chosen& values) {
  const Payload frame = encoder_.encode(values);
  const Slot last{values.first.value + values.values.size() - 1};
  put(PieceKind::chosen, values.first.value, last, frame.view);
}

void BackupWriter::end(Slot slot) { put(PieceKind::end, 0, slot, {}); }

void BackupWriter::put(PieceKind kind, std::uint64_t first, Slot last,
                       std::span<const std::byte> bytes) {
  PieceHeader header;
  header.kind = static_cast<std::uint32_t>(kind);
  header.bytes = static_cast<std::uint32_t>(bytes.size());
  header.first = first;
  header.last = last.value;
  header.checksum = checksum_ = checksum_of(header, bytes, checksum_);
  write(bytes_of(header));
  write(bytes);
}

void BackupWriter::write(std::span<const std::byte> bytes) {
  while (!error_ && !bytes.empty()) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) error_ = wal::last_error();
    if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

}  // namespace decree::tools
