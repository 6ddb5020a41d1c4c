#include "tests/wal/log_fixture.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <functional>

namespace decree::wal {
namespace {

constexpr std::chrono::seconds kDeadline{30};

KeptRecord keep(Lsn lsn, const Record& record) {
  return {lsn.value,    record.kind, record.ballot,
          record.first, record.last, {record.bytes.begin(), record.bytes.end()}};
}

}  // namespace

bool wait_until(Log& log, Disk& disk, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  log.flush();
  while (!condition()) {
    if (log.failure() || std::chrono::steady_clock::now() > deadline) return false;
    disk.wait();
    log.poll();
  }
  return true;
}

LogOptions small_options() {
  LogOptions options;
  options.cluster = kCluster;
  options.replica = ReplicaId{2};
  options.fresh_incarnation = Incarnation{0xabcd};
  options.segment_bytes = kSmallSegment;
  options.fresh_secret = kSecret;
  return options;
}

KeptRecord accept_of(std::uint64_t slot, std::size_t size) {
  KeptRecord record;
  record.ballot = Ballot{3, ReplicaId{1}, Incarnation{9}};
  record.first = record.last = Slot{slot};
  record.bytes.resize(size);
  std::uint64_t state = slot * 0x9e3779b97f4a7c15;
  for (std::byte& byte : record.bytes) {
    state = state * 6364136223846793005 + 1442695040888963407;
    byte = static_cast<std::byte>(state >> 56);
  }
  return record;
}

KeptRecord promise_of(std::uint64_t round) {
  KeptRecord record;
  record.kind = RecordKind::promise;
  record.ballot = Ballot{round, ReplicaId{3}, Incarnation{5}};
  return record;
}

namespace {

class Keeper final : public Log::Contents {
 public:
  explicit Keeper(Opened& opened) : opened_(opened) {}
  std::string on_snapshot(Slot slot, SnapshotFile& file) override {
    opened_.snapshot = slot;
    opened_.state.resize(file.header().bytes);
    file.read(std::as_writable_bytes(std::span(opened_.state)));
    return {};
  }
  void on_hole(const Hole& hole) override { opened_.holes.push_back(hole); }
  void on_record(Lsn lsn, const Record& record) override {
    opened_.records.push_back(keep(lsn, record));
  }

 private:
  Opened& opened_;
};

}  // namespace

Opened open_log(Disk& disk, const LogOptions& options) {
  Opened opened;
  Keeper keeper(opened);
  opened.log = Log::open(disk, options, keeper, opened.problem);
  return opened;
}

Lsn append(Log& log, std::vector<KeptRecord>& records) {
  std::vector<Record> views;
  for (const KeptRecord& record : records) views.push_back(record.view());
  const Lsn lsn = log.append(views);
  for (KeptRecord& record : records) record.lsn = lsn.value;
  return lsn;
}

Lsn append(Log& log, KeptRecord& record) {
  const Record view = record.view();
  const Lsn lsn = log.append({&view, 1});
  record.lsn = lsn.value;
  return lsn;
}

bool wait_durable(Log& log, Disk& disk, Lsn lsn) {
  const bool durable = wait_until(log, disk, [&] { return log.status().durable >= lsn; });
  log.idle();
  log.poll();
  return durable;
}

bool snapshot(Log& log, Disk& disk, Slot slot, Slot not_needed, const std::string& state) {
  return snapshot(log, disk, slot, not_needed, std::make_unique<TextState>(state));
}

bool snapshot(Log& log, Disk& disk, Slot slot, Slot not_needed,
              std::unique_ptr<StateSource> state) {
  log.write_snapshot(slot, log.start_behind(not_needed), std::move(state));
  std::optional<std::error_code> end;
  return wait_until(log, disk, [&] { return (end = log.take_snapshot_end()).has_value(); }) &&
         !*end;
}

bool wait_room(Log& log, Disk& disk, std::uint64_t bytes) {
  return wait_until(log, disk, [&] { return log.room_bytes() >= bytes; });
}

std::vector<KeptRecord> read_back(Log& log, std::uint64_t first, std::uint64_t last,
                                  std::uint64_t budget) {
  std::vector<KeptRecord> found;
  const auto error = log.read(Slot{first}, Slot{last}, budget, [&](Lsn lsn, const Record& record) {
    found.push_back(keep(lsn, record));
  });
  EXPECT_FALSE(error) << error.message();
  return found;
}

}  // namespace decree::wal
