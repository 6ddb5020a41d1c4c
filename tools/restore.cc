#include "tools/restore.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "proactor/proactor.h"
#include "wal/log.h"
#include "wal/open_disk.h"
#include "wal/posix_file.h"

namespace decree::tools {
namespace {

namespace files = std::filesystem;

constexpr mode_t kOwnerOnly = 0700;

/// A new log finds nothing.
class Nothing final : public wal::Log::Contents {
 public:
  std::string on_snapshot(Slot, wal::SnapshotFile&) override { return "the directory is not new"; }
  void on_hole(const wal::Hole&) override {}
  void on_record(Lsn, const Record&) override {}
};

/// The log of a new replica, filled as that of one that catches up. A step ends when its effect is
/// durable; each answers empty, or what is wrong.
class NewLog {
 public:
  explicit NewLog(const NewReplica& replica) : encoder_({replica.cluster, 0, replica.id}) {
    options_.cluster = replica.cluster;
    options_.replica = replica.id;
  }

  std::string open(const std::string& directory) {
    std::error_code refusal;
    proactor_ = proactor::Proactor::open(refusal);
    std::string notice;
    std::string problem;
    disk_ = wal::open_disk(directory, *proactor_, notice, problem);
    Nothing contents;
    if (disk_) log_ = wal::Log::open(*disk_, options_, contents, problem);
    return problem;
  }

  std::string take(const Piece& piece) {
    if (piece.kind == PieceKind::chunk) return take_chunk(piece);
    std::string problem = finish_snapshot();
    if (!problem.empty() || piece.kind == PieceKind::end) return problem;
    return take_chosen(piece);
  }

 private:
  std::string take_chunk(const Piece& piece) {
    if (piece.first == 0) {
      snapshot_ = piece.last;
      if (const auto error = log_->begin_incoming(snapshot_)) return failed(error);
    }
    log_->put_chunk(piece.bytes);
    return wait([this] { return log_->incoming_ready(); });
  }

  std::string finish_snapshot() {
    if (snapshot_ == Slot{}) return {};
    wal::LogStart start = log_->start_behind(snapshot_);
    start.dropped = std::exchange(snapshot_, Slot{});
    log_->finish_incoming(start);
    std::optional<std::error_code> end;
    return wait([&] { return (end = log_->take_snapshot_end()).has_value(); });
  }

  std::string take_chosen(const Piece& piece) {
    const Payload frame = encoder_.encode(*piece.message);
    const std::array<Record, 2> records{
        Record{RecordKind::chosen, {}, Slot{piece.first}, piece.last, frame.view},
        Record{RecordKind::watermark, {}, {}, piece.last, {}}};
    const Lsn lsn = log_->append(records);
    return wait([&] { return log_->status().durable >= lsn; });
  }

  std::string wait(const std::function<bool()>& condition) {
    log_->flush();
    for (log_->poll(); !condition(); log_->poll()) {
      if (const auto error = log_->failure()) return failed(error);
      if (const auto error = log_->incoming_failure()) return failed(error);
      disk_->wait();
    }
    return {};
  }

  static std::string failed(const std::error_code& error) {
    return "the new log cannot be written: " + error.message();
  }

  wal::LogOptions options_;
  transport::Encoder encoder_;
  std::unique_ptr<proactor::Proactor> proactor_;
  std::unique_ptr<wal::Disk> disk_;
  std::unique_ptr<wal::Log> log_;
  Slot snapshot_;  // that is coming in
};

Verdict fill(BackupReader& backup, const NewReplica& replica, const std::string& directory,
             Slot& slot) {
  NewLog log(replica);
  std::string problem = log.open(directory);
  if (!problem.empty()) return {Exit::unreadable, problem};
  Piece piece;
  do {
    problem = backup.next(piece);
    if (!problem.empty()) return {Exit::damaged, problem};
    problem = log.take(piece);
    if (!problem.empty()) return {Exit::unreadable, problem};
  } while (piece.kind != PieceKind::end);
  slot = piece.last;
  return {};
}

std::string check(const BackupHeader& header, const NewReplica& replica) {
  if (replica.cluster == header.cluster) {
    return fmt::format(
        "the backup is of cluster {} itself: give the new cluster another id, so "
        "that its replicas and those of the old one refuse each other",
        header.cluster);
  }
  std::error_code error;
  if (!files::exists(replica.directory, error)) return {};
  if (files::is_directory(replica.directory, error) && files::is_empty(replica.directory, error)) {
    return {};
  }
  return replica.directory + " is there and not an empty directory; choose another";
}

std::string make(const std::string& directory) {
  if (::mkdir(directory.c_str(), kOwnerOnly) == 0) return {};
  if (errno == EEXIST) {
    return directory + " is left over from a restore that was interrupted; remove it";
  }
  return directory + " cannot be made: " + wal::last_error().message();
}

/// Renamed as a whole, over an empty directory if there is one.
std::string publish(const std::string& made, const std::string& directory) {
  std::error_code error;
  files::rename(made, directory, error);
  if (!error) error = wal::sync_directory(files::absolute(directory).parent_path());
  return error ? directory + " cannot be made: " + error.message() : std::string();
}

}  // namespace

Verdict restore(BackupReader& backup, const NewReplica& replica, Slot& slot) {
  std::string problem = backup.open();
  if (!problem.empty()) return {Exit::damaged, problem};
  const std::string made = replica.directory + ".restoring";
  problem = check(backup.header(), replica);
  if (problem.empty()) problem = make(made);
  if (!problem.empty()) return {Exit::unreadable, problem};
  Verdict verdict = fill(backup, replica, made, slot);
  if (verdict.exit == Exit::good) problem = publish(made, replica.directory);
  if (!problem.empty()) verdict = {Exit::unreadable, problem};
  std::error_code ignored;
  if (verdict.exit != Exit::good) files::remove_all(made, ignored);
  return verdict;
}

}  // namespace decree::tools
