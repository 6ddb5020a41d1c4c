#include "wal/writer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "paxos/assert.h"

namespace decree::wal {
namespace {

// Submitting a write costs as much as the device does, on a virtual machine: a caller that polls
// without a pause is busy, and the next append is near.
constexpr unsigned kIdlePolls = 4096;

}  // namespace

Writer::Writer(Disk& disk, const IdentityRecord& identity, SegmentSupply& supply, SlotIndex& index,
               const Link& last)
    : disk_(disk),
      identity_(identity),
      supply_(supply),
      index_(index),
      appended_(last),
      sealed_(last),
      durable_(last),
      marked_(last.sequence),
      mark_(1) {
  appended_.sequence = identity_.first_sequence - 1;  // the next batch has the one behind
  appended_.epoch = identity_.epoch;
}

Lsn Writer::append(std::span<const Record> records) {
  ++appended_.lsn;
  if (failure_) return Lsn{appended_.lsn};
  ++appended_.sequence;
  PendingBatch batch;
  for (const Record& record : records) {
    add(appended_.summary, record);
    add(batch.slots, record);
  }
  batch.self = appended_;
  batch.blocks = static_cast<std::uint32_t>(blocks_for(record_bytes(records)));
  batch.buffer = pool_.take(batch.blocks);
  lay_out(records, batch.bytes());
  waiting_blocks_ += batch.blocks;
  pending_.push_back(std::move(batch));
  submit_ready();
  return Lsn{appended_.lsn};
}

void Writer::submit_ready() {
  while (submitted_ < pending_.size() && submitted_ < kMaxInFlight) {
    PendingBatch& batch = pending_[submitted_];
    const std::optional<Place> place = supply_.take(batch.blocks);
    if (!place) break;
    submit(batch, *place);
  }
  supply_.prepare();
}

void Writer::submit(PendingBatch& batch, Place place) {
  batch.place = place;
  seal_batch(batch.bytes(), sealed_, durable_.sequence, place, identity_.secret, batch.self);
  sealed_ = batch.self;
  disk_.submit_write(supply_.file(place.segment), std::uint64_t{place.block} * kBlockSize,
                     batch.bytes(), batch.self.sequence);
  waiting_blocks_ -= batch.blocks;
  bytes_written_ += batch.bytes().size();
  ++submitted_;
  ++writes_under_way_;
  flush_wanted_ = true;
}

void Writer::flush() {
  if (std::exchange(flush_wanted_, false)) disk_.flush();
}

void Writer::flush_on_wait() {
  if (std::exchange(flush_wanted_, false)) disk_.flush_on_wait();
}

Lsn Writer::poll() {
  completions_.clear();
  disk_.poll(completions_);
  for (const Completion& completion : completions_) complete(completion);
  if (failure_) return durable();
  retire();
  submit_ready();
  idle_polls_ = pending_.empty() ? idle_polls_ + 1 : 0;
  if (idle_polls_ == kIdlePolls) mark_durable();
  flush();
  return durable();
}

void Writer::idle() {
  if (failure_) return;
  mark_durable();
  flush();
}

void Writer::complete(const Completion& completion) {
  if (completion.token == kCreateToken) {
    supply_.on_created(completion.error);
    return;
  }
  if (completion.token == kSnapshotToken) {
    snapshot_end_ = completion.error;
    return;
  }
  if (completion.token == kIncomingToken) {
    incoming_end_ = completion.error;
    return;
  }
  if (completion.token == kScrubToken) {
    scrub_end_ = completion.error;
    return;
  }
  if (completion.token == kRemoveToken) return;  // tried again at the next opening
  --writes_under_way_;
  if (completion.error && !failure_) failure_ = completion.error;
  if (completion.token == kMarkToken) {
    mark_under_way_ = false;
    return;
  }
  const std::uint64_t front = pending_[0].self.sequence;
  PendingBatch& batch = pending_[static_cast<std::size_t>(completion.token - front)];
  DECREE_ASSERT(batch.self.sequence == completion.token,
                "sequences of pending batches have no gap");
  batch.written = true;
}

void Writer::retire() {
  while (submitted_ > 0 && pending_[0].written) {
    PendingBatch batch = pending_.pop_front();
    --submitted_;
    durable_ = batch.self;
    index_.add(batch.place, batch.blocks, batch.slots, batch.self);
    if (!mark_under_way_) supply_.close_before(batch.place.segment);
    pool_.give(std::move(batch.buffer));
  }
}

void Writer::mark_durable() {
  const bool idle = pending_.empty() && !mark_under_way_;
  if (!idle || marked_ == durable_.sequence) return;
  const std::optional<Place> place = supply_.take(1);
  if (!place) return;
  const Block block = block_at(mark_.bytes(), 0);
  seal_mark(block, durable_, identity_.epoch, *place, identity_.secret);
  disk_.submit_write(supply_.file(place->segment), std::uint64_t{place->block} * kBlockSize, block,
                     kMarkToken);
  marked_ = durable_.sequence;
  mark_under_way_ = true;
  ++writes_under_way_;
  bytes_written_ += kBlockSize;
  flush_wanted_ = true;
}

}  // namespace decree::wal
