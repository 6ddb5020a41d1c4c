#include "wal/batch.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "paxos/assert.h"

namespace decree::wal {
namespace {

bool holds_slots(const Record& record) {
  return record.kind == RecordKind::accept || record.kind == RecordKind::chosen;
}

/// Writes a stream of bytes into the blocks' payloads.
class PayloadWriter {
 public:
  explicit PayloadWriter(std::span<std::byte> blocks) : blocks_(blocks) {}

  void skip(std::size_t bytes) { offset_ += bytes; }
  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const std::span<std::byte> room = rest_of_block();
      const std::size_t piece = std::min(room.size(), bytes.size());
      std::memcpy(room.data(), bytes.data(), piece);
      bytes = bytes.subspan(piece);
      offset_ += piece;
    }
  }
  void zeros(std::size_t bytes) {
    while (bytes > 0) {
      const std::span<std::byte> room = rest_of_block();
      const std::size_t piece = std::min(room.size(), bytes);
      std::memset(room.data(), 0, piece);
      bytes -= piece;
      offset_ += piece;
    }
  }
  [[nodiscard]] std::size_t offset() const { return offset_; }

 private:
  [[nodiscard]] std::span<std::byte> rest_of_block() const {
    const std::size_t within = offset_ % kBlockPayload;
    const std::size_t start = (offset_ / kBlockPayload) * kBlockSize + sizeof(BlockStamp) + within;
    return blocks_.subspan(start, kBlockPayload - within);
  }

  std::span<std::byte> blocks_;
  std::size_t offset_ = 0;
};

RecordHeader header_of(const Record& record) {
  RecordHeader header;
  header.kind = static_cast<std::uint32_t>(record.kind);
  header.bytes = static_cast<std::uint32_t>(record.bytes.size());
  header.round = record.ballot.round;
  header.incarnation = record.ballot.incarnation.value;
  header.first = record.first.value;
  header.last = record.last.value;
  header.replica = record.ballot.replica.value;
  return header;
}

Record record_of(const RecordHeader& header, std::span<const std::byte> bytes) {
  return Record{static_cast<RecordKind>(header.kind),
                Ballot{header.round, ReplicaId{header.replica}, Incarnation{header.incarnation}},
                Slot{header.first}, Slot{header.last}, bytes};
}

std::span<const std::byte> payload_of(std::span<const std::byte> blocks,
                                      std::vector<std::byte>& scratch) {
  const std::size_t count = blocks.size() / kBlockSize;
  if (count == 1) return blocks.subspan(sizeof(BlockStamp));
  scratch.resize(count * kBlockPayload);
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(scratch.data() + i * kBlockPayload,
                blocks.data() + i * kBlockSize + sizeof(BlockStamp), kBlockPayload);
  }
  return scratch;
}

std::uint64_t body_checksum(std::span<const std::byte> blocks, std::uint64_t secret) {
  std::uint64_t sum = 0;
  for (std::size_t i = 1; i < blocks.size() / kBlockSize; ++i) {
    const auto stamp = load<BlockStamp>(block_at(blocks, i));
    const std::array<std::uint64_t, 2> pair{sum, stamp.checksum};
    sum = checksum_of(std::as_bytes(std::span(pair)), secret);
  }
  return sum;
}

}  // namespace

std::uint64_t record_bytes(std::span<const Record> records) {
  std::uint64_t total = 0;
  for (const Record& record : records) total += sizeof(RecordHeader) + padded(record.bytes.size());
  return total;
}

void add(Summary& summary, const Record& record) {
  const std::uint64_t last = record.last.value;
  if (holds_slots(record)) summary.highest_slot = std::max(summary.highest_slot, last);
  if (record.kind == RecordKind::chosen) summary.chosen_slot = std::max(summary.chosen_slot, last);
  if (record.kind == RecordKind::watermark) summary.watermark = std::max(summary.watermark, last);
  if (record.kind == RecordKind::lease) summary.lease_ns = std::max(summary.lease_ns, last);
  if (record.kind != RecordKind::accept && record.kind != RecordKind::promise) return;
  if (record.ballot <= summary.ballot()) return;
  summary.round = record.ballot.round;
  summary.replica = record.ballot.replica.value;
  summary.incarnation = record.ballot.incarnation.value;
}

void add(SlotRange& slots, const Record& record) {
  if (!holds_slots(record)) return;
  const std::uint64_t first = record.first.value;
  slots.first = slots.first == 0 ? first : std::min(slots.first, first);
  slots.last = std::max(slots.last, record.last.value);
}

void lay_out(std::span<const Record> records, std::span<std::byte> blocks) {
  PayloadWriter writer(blocks);
  BatchHeader header;
  header.records = static_cast<std::uint32_t>(records.size());
  header.record_bytes = static_cast<std::uint32_t>(record_bytes(records));
  writer.write(std::as_bytes(std::span(&header, 1)));
  for (const Record& record : records) {
    const RecordHeader head = header_of(record);
    writer.write(std::as_bytes(std::span(&head, 1)));
    writer.write(record.bytes);
    writer.zeros(padded(record.bytes.size()) - record.bytes.size());
  }
  writer.zeros(blocks.size() / kBlockSize * kBlockPayload - writer.offset());
}

void seal_batch(std::span<std::byte> blocks, const Link& previous, std::uint64_t durable,
                Place place, std::uint64_t secret, Link& self) {
  BlockStamp stamp;
  stamp.sequence = self.sequence;
  stamp.kind = static_cast<std::uint32_t>(BlockKind::batch);
  stamp.epoch = self.epoch;
  stamp.segment = static_cast<std::uint32_t>(place.segment);
  stamp.count = static_cast<std::uint32_t>(blocks.size() / kBlockSize);
  for (std::uint32_t i = 1; i < stamp.count; ++i) {
    stamp.index = i;
    stamp.position = place.block + i;
    seal(block_at(blocks, i), stamp, secret);
  }
  const std::span<std::byte> start = blocks.subspan(sizeof(BlockStamp), sizeof(BatchHeader));
  auto header = load<BatchHeader>(start);
  header.lsn = self.lsn;
  header.previous_sequence = previous.sequence;
  header.previous_checksum = previous.checksum;
  header.previous = previous.summary;
  header.durable = durable;
  header.body_checksum = body_checksum(blocks, secret);
  store(start, header);
  stamp.index = 0;
  stamp.position = place.block;
  self.checksum = seal(block_at(blocks, 0), stamp, secret);
}

void seal_mark(Block block, const Link& last, std::uint32_t epoch, Place place,
               std::uint64_t secret) {
  std::fill(block.begin(), block.end(), std::byte{0});
  store(block.subspan<sizeof(BlockStamp)>(), last);
  BlockStamp stamp;
  stamp.sequence = last.sequence;
  stamp.kind = static_cast<std::uint32_t>(BlockKind::mark);
  stamp.epoch = epoch;
  stamp.segment = static_cast<std::uint32_t>(place.segment);
  stamp.position = place.block;
  stamp.count = 1;
  seal(block, stamp, secret);
}

Link mark_link(ConstBlock mark) { return load<Link>(mark.subspan<sizeof(BlockStamp)>()); }

BatchHeader batch_header(ConstBlock first) {
  return load<BatchHeader>(first.subspan<sizeof(BlockStamp)>());
}

std::optional<BlockStamp> batch_stamp(ConstBlock block, Place place, std::uint32_t room,
                                      std::uint64_t secret) {
  const std::optional<BlockStamp> stamp = unseal(block, secret);
  const bool begins = stamp && stamp->kind == static_cast<std::uint32_t>(BlockKind::batch) &&
                      stamp->index == 0 && stamp->position == place.block &&
                      stamp->segment == static_cast<std::uint32_t>(place.segment) &&
                      stamp->count > 0 && stamp->count <= room;
  return begins ? stamp : std::nullopt;
}

bool whole(std::span<const std::byte> blocks, const BlockStamp& first, std::uint64_t secret) {
  DECREE_ASSERT(blocks.size() == first.count * kBlockSize, "the caller read the whole batch");
  for (std::uint32_t i = 1; i < first.count; ++i) {
    const std::optional<BlockStamp> stamp = unseal(block_at(blocks, i), secret);
    if (!stamp || stamp->kind != first.kind || stamp->sequence != first.sequence ||
        stamp->epoch != first.epoch || stamp->segment != first.segment || stamp->index != i ||
        stamp->position != first.position + i || stamp->count != first.count) {
      return false;
    }
  }
  return batch_header(block_at(blocks, 0)).body_checksum == body_checksum(blocks, secret);
}

bool visit_records(std::span<const std::byte> blocks, std::vector<std::byte>& scratch,
                   const std::function<void(const Record&)>& visit) {
  std::span<const std::byte> rest = payload_of(blocks, scratch);
  const auto header = load<BatchHeader>(rest);
  rest = rest.subspan(sizeof(BatchHeader));
  if (header.record_bytes > rest.size()) return false;
  rest = rest.first(header.record_bytes);
  for (std::uint32_t i = 0; i < header.records; ++i) {
    if (rest.size() < sizeof(RecordHeader)) return false;
    const auto head = load<RecordHeader>(rest);
    rest = rest.subspan(sizeof(RecordHeader));
    if (rest.size() < padded(head.bytes)) return false;
    visit(record_of(head, rest.first(head.bytes)));
    rest = rest.subspan(padded(head.bytes));
  }
  return rest.empty();
}

}  // namespace decree::wal
