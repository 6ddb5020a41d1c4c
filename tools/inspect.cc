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

Verdict judge(const wal::Recovered& found, std::uint64_t damaged_snapshots) {
  if (!found.problem.empty()) return {Exit::lost, found.problem};
  const std::uint64_t places = found.holes + damaged_snapshots;
  if (places != 0) {
    return {Exit::damaged, fmt::format("damaged in {} place(s): the replica gets back from its "
                                       "peers what is lost, before it votes, when it is started",
                                       places)};
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
                           wal::LogStart& start, std::uint64_t& damaged) {
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
    ++damaged;
    fmt::print("damaged: {}\n", damage);
  }
  return {};
}

}  // namespace

Verdict inspect_log(const std::string& directory, Listing& listing) {
  std::string problem;
  const std::unique_ptr<wal::Disk> disk = wal::open_disk_read_only(directory, problem);
  if (!disk) return {Exit::unreadable, problem};
  wal::IdentityRecord identity;
  problem = load_identity(*disk, identity);
  if (!problem.empty()) return {Exit::lost, problem};
  listing.on_identity(identity);
  wal::LogStart start;
  std::uint64_t damaged = 0;
  problem = check_snapshot(*disk, identity, start, damaged);
  if (!problem.empty()) return {Exit::lost, problem};
  wal::SegmentList list;
  problem = list_segments(*disk, identity, start.segment, list);
  if (!problem.empty()) return {Exit::lost, problem};
  listing.on_segments(list.needed);
  if (list.needed.empty()) return {};
  wal::SegmentReader reader(*disk);
  const wal::Recovered found = recover(reader, identity, start.before, list.needed, listing);
  print_end(found);
  return judge(found, damaged);
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
