#include "tools/inspect.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "tools/backup_reader.h"
#include "wal/log_start.h"
#include "wal/open_disk.h"
#include "wal/recovery.h"
#include "wal/segment_list.h"
#include "wal/snapshot_file.h"

namespace decree::tools {
namespace {

void print_end(const wal::Recovered& found) {
  fmt::print("end: {}, offset {}; last sequence {}, lsn {}\n", wal::segment_name(found.end.segment),
             std::uint64_t{found.end.block} * wal::kBlockSize, found.last.sequence, found.last.lsn);
}

/// Counts what is damaged, and what of it the replica says that it has back.
class Account final : public wal::RecoveryVisitor {
 public:
  explicit Account(Listing& listing) : listing_(listing) {}

  void on_record(const wal::BatchView& batch, const Record& record) override {
    listing_.on_record(batch, record);
    if (record.kind != RecordKind::repaired) return;
    // A place that has rotted since then is not among those that it speaks of.
    const wal::DamagedPlaces spoken_of{record.first.value, record.ballot.incarnation.value};
    repaired_places_ = spoken_of == places_ ? places_.count : 0;
    repaired_snapshot_ = Slot{record.ballot.round};
    repaired_through_ = record.last;
  }
  void on_batch(const wal::BatchView& batch, const wal::SlotRange& slots,
                const wal::Link& self) override {
    listing_.on_batch(batch, slots, self);
  }
  void on_hole(const wal::Hole& hole) override {
    listing_.on_hole(hole);
    places_.add(hole);
  }
  void damaged_snapshot(Slot slot) { snapshot_ = slot; }
  /// The newest snapshot lacks slots through this one, which the log has not.
  void dropped(Slot through) { dropped_ = through; }

  [[nodiscard]] std::uint64_t found() const {
    return places_.count + std::uint64_t{snapshot_ != Slot{}} + std::uint64_t{dropped_ != Slot{}};
  }
  [[nodiscard]] std::uint64_t open() const {
    const bool snapshot_lost = snapshot_ != Slot{} && snapshot_ != repaired_snapshot_;
    return places_.count - repaired_places_ + std::uint64_t{snapshot_lost} +
           std::uint64_t{dropped_ > repaired_through_};
  }

 private:
  Listing& listing_;
  wal::DamagedPlaces places_;
  Slot snapshot_;
  Slot dropped_;
  std::uint64_t repaired_places_ = 0;
  Slot repaired_snapshot_;
  Slot repaired_through_;
};

Verdict judge(const wal::Recovered& found, const Account& account) {
  if (!found.problem.empty()) return {Exit::lost, found.problem};
  if (account.open() != 0) {
    return {Exit::damaged,
            fmt::format("damaged in {} place(s): the replica gets back from its peers what is "
                        "lost, before it votes, when it is started; or now, by `decree-wal repair`",
                        account.open())};
  }
  if (account.found() != 0) {
    fmt::print("repaired: what {} damaged place(s) held is in the log again\n", account.found());
  }
  if (found.cut == 0) {
    fmt::print("good\n");
    return {};
  }
  fmt::print(
      "torn: {} unfinished batch(es) at the end, never acknowledged; the next opening cuts "
      "them off\n",
      found.cut);
  return {Exit::torn, {}};
}

/// The newest snapshot, and where it says that the log begins. Empty, or why that is not known.
std::string check_snapshot(wal::Disk& disk, const wal::IdentityRecord& identity,
                           wal::LogStart& start, Account& account) {
  std::vector<Slot> slots;
  if (const auto error = list_snapshots(disk, slots)) {
    return "the directory cannot be listed: " + error.message();
  }
  if (slots.empty()) return {};
  wal::SnapshotFile file(disk);
  std::string problem = file.open(slots.back(), identity);
  if (!problem.empty()) return problem;
  start = start_of(file.header());
  const std::string damage = file.verify();
  if (damage.empty()) {
    fmt::print("snapshot: of slot {}, {} bytes\n", file.header().slot, file.header().bytes);
  } else {
    account.damaged_snapshot(slots.back());
    fmt::print("damaged: {}\n", damage);
  }
  if (damage.empty() && start.dropped > slots.back()) {
    account.dropped(start.dropped);
    fmt::print("damaged: slots {} to {}, and not repaired yet\n", slots.back().value + 1,
               start.dropped.value);
  }
  return {};
}

}  // namespace

Verdict inspect_log(const std::string& directory, Listing& listing, DirectoryFacts& facts) {
  std::string problem;
  const std::unique_ptr<wal::Disk> disk = wal::open_disk_read_only(directory, problem);
  if (!disk) return {Exit::unreadable, problem};
  wal::IdentityRecord identity;
  problem = load_identity(*disk, identity);
  if (!problem.empty()) return {Exit::lost, problem};
  listing.on_identity(identity);
  facts.cluster = identity.cluster;
  facts.replica = ReplicaId{identity.replica};
  wal::LogStart start;
  Account account(listing);
  problem = check_snapshot(*disk, identity, start, account);
  if (!problem.empty()) return {Exit::lost, problem};
  wal::SegmentList list;
  problem = list_segments(*disk, identity, start.segment, list);
  if (!problem.empty()) return {Exit::lost, problem};
  listing.on_segments(list.needed);
  if (list.needed.empty()) return {};
  facts.segment_bytes = std::uint64_t{list.needed.front().blocks} * wal::kBlockSize;
  wal::SegmentReader reader(*disk, wal::SegmentReader::kReadAheadAll);
  const wal::Recovered found = recover(reader, identity, start.before, list.needed, account);
  print_end(found);
  return judge(found, account);
}

Verdict inspect_backup(int file) {
  BackupReader backup(file);
  std::string problem = backup.open();
  if (!problem.empty()) return {Exit::damaged, problem};
  const BackupHeader& header = backup.header();
  fmt::print("backup: of cluster {}, replica {}, incarnation {:016x}, format {}\n", header.cluster,
             header.replica, header.incarnation, header.version);
  Piece piece;
  do {
    problem = backup.next(piece);
    if (!problem.empty()) return {Exit::damaged, problem};
  } while (piece.kind != PieceKind::end);
  fmt::print("good: the state after slot {}\n", piece.last.value);
  return {};
}

}  // namespace decree::tools
