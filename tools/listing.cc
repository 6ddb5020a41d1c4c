#include "tools/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace decree::tools {
namespace {

std::string name_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::promise:
      return "promise";
    case RecordKind::accept:
      return "accept";
    case RecordKind::chosen:
      return "chosen";
    case RecordKind::watermark:
      return "watermark";
    case RecordKind::lease:
      return "lease";
    case RecordKind::peer:
      return "peer";
    case RecordKind::reserve:
      return "reserve";
    case RecordKind::repaired:
      return "repaired";
  }
  return fmt::format("kind {}", static_cast<unsigned>(kind));
}

/// Like `hexdump -C`, without the lines that are all zeros.
void print_hex(std::span<const std::byte> bytes) {
  constexpr std::size_t kLine = 16;
  for (std::size_t offset = 0; offset < bytes.size(); offset += kLine) {
    const auto line = bytes.subspan(offset, std::min(kLine, bytes.size() - offset));
    if (wal::all_zero(line)) continue;
    std::string hex;
    std::string text;
    for (const std::byte byte : line) {
      const auto value = std::to_integer<unsigned char>(byte);
      hex += fmt::format(" {:02x}", value);
      text += value >= 0x20 && value < 0x7f ? static_cast<char>(value) : '.';
    }
    fmt::print("      {:06x} {}  {}\n", offset, hex, text);
  }
}

}  // namespace

void Listing::on_identity(const wal::IdentityRecord& identity) {
  fmt::print("identity: cluster {}, replica {}, incarnation {:016x}, start {}, format {}\n",
             identity.cluster, identity.replica, identity.incarnation, identity.start,
             identity.version);
  fmt::print("last opening: epoch {}, sequences from {}, found sequence {}\n", identity.epoch,
             identity.first_sequence, identity.found.sequence);
}

void Listing::on_segments(const std::vector<wal::Segment>& segments) const {
  fmt::print("segments: {}\n", segments.size());
  if (!batches_) return;
  for (const wal::Segment& segment : segments) {
    fmt::print("  {}, {} bytes\n", wal::segment_name(segment.number),
               std::uint64_t{segment.blocks} * wal::kBlockSize);
  }
}

void Listing::on_hole(const wal::Hole& hole) { fmt::print("damaged: {}\n", hole.what); }

void Listing::head(const wal::BatchView& batch) {
  if (!batches_ || headed_ == batch.stamp.sequence) return;
  headed_ = batch.stamp.sequence;
  fmt::print("{}: sequence {}, epoch {}, lsn {}, {} block(s), {} record(s), durable through {}\n",
             wal::name_of_place(batch.place.segment, batch.place.block), batch.stamp.sequence,
             batch.stamp.epoch, batch.header.lsn, batch.stamp.count, batch.header.records,
             batch.header.durable);
}

void Listing::on_record(const wal::BatchView& batch, const Record& record) {
  head(batch);
  if (!records_) return;
  fmt::print("    {}: ballot {}.{}.{:016x}, slots {} to {}, {} bytes\n", name_of(record.kind),
             record.ballot.round, record.ballot.replica.value, record.ballot.incarnation.value,
             record.first.value, record.last.value, record.bytes.size());
}

void Listing::on_batch(const wal::BatchView& batch, const wal::SlotRange&, const wal::Link&) {
  head(batch);
  if (hex_) print_hex(batch.blocks);
}

}  // namespace decree::tools
