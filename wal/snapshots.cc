#include "wal/snapshots.h"

#include <algorithm>
#include <utility>

#include "paxos/assert.h"
#include "wal/writer.h"

namespace decree::wal {

std::string Snapshots::find(Log::Contents& contents) {
  std::vector<Slot> slots;
  if (const auto error = list_snapshots(disk_, slots)) {
    return "the directory cannot be listed: " + error.message();
  }
  // Of an earlier opening, if there are such.
  for (const char* name : {kIncomingName, kGivenUpName}) static_cast<void>(disk_.remove(name));
  if (slots.empty()) return {};
  SnapshotFile file(disk_);
  std::string problem = file.open(slots.back(), identity_);
  if (!problem.empty()) return problem;
  start_ = start_of(file.header());
  const std::string damage = file.verify();
  if (!damage.empty()) {
    older_ = slots;  // this one too, as soon as there is another
    Hole hole{Hole::Kind::snapshot, slots.back(), {}, {}, damage};
    tell(contents, hole, std::max(start_.dropped, slots.back()));
    return {};
  }
  newest_ = file.header();
  slots.pop_back();
  older_ = slots;
  problem = contents.on_snapshot(newest(), file);
  if (problem.empty()) problem = file.problem();
  if (!problem.empty() || start_.dropped <= newest()) return problem;
  Hole hole{Hole::Kind::dropped,
            {},
            {},
            {},
            "the slots " + std::to_string(newest_.slot + 1) + " to " +
                std::to_string(start_.dropped.value) + " were damaged and not repaired yet"};
  tell(contents, hole, start_.dropped);
  return {};
}

void Snapshots::tell(Log::Contents& contents, Hole& hole, Slot known_chosen) {
  hole.through.watermark = hole.through.highest_slot = known_chosen.value;
  contents.on_hole(hole);
}

std::unique_ptr<SnapshotFile> Snapshots::open_newest() {
  if (newest_.slot == 0) return nullptr;
  auto file = std::make_unique<SnapshotFile>(disk_);
  return file->open(newest(), identity_).empty() ? std::move(file) : nullptr;
}

SnapshotHeader Snapshots::facts_of(Slot slot) const {
  SnapshotHeader facts;
  facts.replica = identity_.replica;
  facts.cluster = identity_.cluster;
  facts.incarnation = identity_.incarnation;
  facts.slot = slot.value;
  return facts;
}

void Snapshots::write(Slot slot, const LogStart& start, std::unique_ptr<StateSource> state) {
  DECREE_ASSERT(!writing_, "one snapshot at a time");
  DECREE_ASSERT(slot > newest(), "snapshots go forward");
  writing_ = facts_of(slot);
  set_start(*writing_, start);
  progress_->bytes = 0;
  disk_.submit_file(snapshot_name(slot),
                    std::make_unique<SnapshotSource>(*writing_, std::move(state), progress_),
                    Writer::kSnapshotToken);
}

std::error_code Snapshots::begin_incoming(Slot slot) {
  DECREE_ASSERT(incoming_ready(), "nothing is under way to the file");
  incoming_.reset();
  incoming_failure_ = {};
  incoming_.emplace(disk_, facts_of(slot), Writer::kIncomingToken, Writer::kRemoveToken);
  const std::error_code error = incoming_->create();
  if (error) incoming_.reset();
  return error;
}

void Snapshots::give_up_incoming() {
  if (!incoming_) return;
  giving_up_incoming_ = incoming_->under_way();
  if (!giving_up_incoming_) drop_incoming();
}

void Snapshots::drop_incoming() {
  incoming_->remove();
  incoming_.reset();
}

void Snapshots::incoming_written(std::error_code error) {
  if (std::exchange(giving_up_incoming_, false)) return drop_incoming();
  if (!error) incoming_->written();
  if (!error && !incoming_->is_whole()) return;
  if (!error) error = incoming_->publish();
  if (error) {
    incoming_failure_ = error;
    return drop_incoming();
  }
  DECREE_ASSERT(!writing_, "one snapshot at a time");
  writing_ = incoming_->header();
  ended_ = error;
  incoming_.reset();
}

bool Snapshots::settle() {
  DECREE_ASSERT(writing_ && ended_, "a snapshot has ended");
  SnapshotHeader written = *std::exchange(writing_, {});
  told_ = std::exchange(ended_, {});
  if (*told_) return false;
  if (newest_.slot != 0) older_.push_back(newest());
  SnapshotFile file(disk_);  // one that was made elsewhere has the counts in its file only
  if (written.chunks == 0 && file.open(Slot{written.slot}, identity_).empty()) {
    written = file.header();
  }
  newest_ = written;
  start_ = start_of(written);
  return true;
}

void Snapshots::remove_older() {
  if (newest_.slot == 0) return;
  for (const Slot slot : std::exchange(older_, {})) {
    if (slot != newest()) disk_.submit_remove(snapshot_name(slot), Writer::kRemoveToken);
  }
}

}  // namespace decree::wal
