#include "tests/wal/written_log.h"

#include <algorithm>
#include <utility>

namespace decree::wal {

std::string WrittenLog::look() {
  MemoryDisk disk(files_);
  return check(open_log(disk, small_options()));
}

std::string WrittenLog::append_some() {
  MemoryDisk disk(files_);
  const Opened opened = open_log(disk, small_options());
  std::string problem = check(opened);
  for (std::uint64_t i = 1 + choices_.below(30); problem.empty() && i > 0; --i) {
    problem = append_batch(*opened.log, disk);
  }
  if (!problem.empty()) return problem;
  if (!wait_durable(*opened.log, disk, opened.log->status().appended)) return "it is not durable";
  note(*opened.log);
  if (choices_.below(3) != 0 || !has_new_slots()) return {};
  return take_snapshot(*opened.log, disk);
}

std::string WrittenLog::append_and_crash() {
  MemoryDisk disk(files_);
  const Opened opened = open_log(disk, small_options());
  std::string problem = check(opened);
  if (!problem.empty()) return problem;
  begun_ = false;
  disk.hold(true);
  disk.hold_creations(true);
  for (std::uint64_t i = 1 + choices_.below(40); i > 0; --i) step_held(*opened.log, disk);
  note(*opened.log);
  const std::uint64_t odds = choices_.below(11);
  disk.crash([&] { return choices_.below(10) < odds; });
  return {};
}

void WrittenLog::step_held(Log& log, MemoryDisk& disk) {
  switch (choices_.below(8)) {
    case 0:  // a mark, and often its successor beside it
      log.flush();
      log.poll();
      log.idle();
      if (choices_.below(2) == 1) append_held(log);
      return;
    case 1:
      if (log.status().durable == log.status().appended && has_new_slots() && !begun_) {
        begin_snapshot(log);
      }
      return;
    case 2:  // lets what is being made go on for a moment
      disk.hold_creations(false);
      log.poll();
      return disk.hold_creations(true);
    case 3:  // more often than appends, so that marks are written between them
    case 4:
    case 5:
      if (disk.outstanding() == 0) return;
      log.flush();
      disk.complete(choices_.below(disk.outstanding()));
      log.poll();
      return;
    default:
      append_held(log);
  }
}

void WrittenLog::append_held(Log& log) {
  KeptRecord record = any_record();
  append(log, record);
  appended_.push_back(std::move(record));
}

std::string WrittenLog::append_batch(Log& log, MemoryDisk& disk) {
  std::vector<KeptRecord> batch;
  for (std::uint64_t n = 1 + choices_.below(3); n > 0; --n) batch.push_back(any_record());
  const Lsn lsn = append(log, batch);
  appended_.insert(appended_.end(), batch.begin(), batch.end());
  // With a mark, or without one.
  if (choices_.below(3) != 0 && !wait_durable(log, disk, lsn)) return "it is not durable";
  return {};
}

KeptRecord WrittenLog::any_record() {
  switch (choices_.below(8)) {
    case 0:
    case 1:
      return promise_of(++round_);
    case 2:
      return {0, RecordKind::watermark, {}, {}, Slot{slot_}, {}};
    case 3:
      return {0, RecordKind::lease, {}, {}, Slot{choices_.below(1000)}, {}};
    default:
      return accept_of(++slot_, choices_.below(9'000));
  }
}

void WrittenLog::begin_snapshot(Log& log) {
  const Slot slot{slot_};
  const LogStart start = log.start_behind(slot);
  std::string state(choices_.below(100'000), 's');
  state += std::to_string(slot_);
  log.write_snapshot(slot, start, std::make_unique<TextState>(state));
  snapshots_[slot] = {std::move(state), start};
  begun_ = true;
}

bool WrittenLog::has_new_slots() const {
  return slot_ > (snapshots_.empty() ? 0 : snapshots_.rbegin()->first.value);
}

std::string WrittenLog::take_snapshot(Log& log, MemoryDisk& disk) {
  begin_snapshot(log);
  std::optional<std::error_code> end;
  const auto ended = [&] { return (end = log.take_snapshot_end()).has_value(); };
  if (!wait_until(log, disk, ended) || *end) return "the snapshot is not durable";
  start_ = log.start();
  return {};
}

std::string WrittenLog::check(const Opened& opened) {
  if (!opened.log) return "an undamaged log is refused: " + opened.problem;
  if (!opened.holes.empty()) return "an undamaged log has a hole: " + opened.holes[0].what;
  start_ = opened.log->start();
  const auto snapshot = snapshots_.find(opened.snapshot);
  const bool kept = snapshot != snapshots_.end() && snapshot->second.state == opened.state;
  if (opened.snapshot != Slot{} && !kept) return "a snapshot that nobody took";
  const std::uint64_t last = opened.log->status().durable.value;
  if (last < acknowledged_) return "what was acknowledged is lost";
  std::erase_if(appended_, [&](const KeptRecord& record) { return record.lsn > last; });
  std::vector<KeptRecord> expected;
  std::ranges::copy_if(appended_, std::back_inserter(expected),
                       [&](const KeptRecord& record) { return record.lsn > start_.before.lsn; });
  if (opened.records != expected) return "the records are not those that were appended";
  note(*opened.log);
  return {};
}

}  // namespace decree::wal
