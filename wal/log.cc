#include "wal/log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "paxos/assert.h"
#include "wal/batch.h"
#include "wal/identity.h"
#include "wal/incoming_snapshot.h"
#include "wal/range_reader.h"
#include "wal/recovery.h"
#include "wal/segment_list.h"
#include "wal/segment_supply.h"
#include "wal/slot_index.h"
#include "wal/writer.h"

namespace decree::wal {
namespace {

constexpr std::uint64_t kMinSegmentBytes = 64u << 10;
constexpr std::uint64_t kMaxSegmentBytes = 1u << 30;

/// What of a segment is kept for promises and no-ops.
constexpr std::uint64_t reserve_blocks(std::uint32_t segment_blocks) {
  return std::min<std::uint64_t>(segment_blocks / 8, 256);
}

std::string check_options(const LogOptions& options) {
  const std::uint64_t bytes = options.segment_bytes;
  if (bytes < kMinSegmentBytes || bytes > kMaxSegmentBytes || bytes % kBlockSize != 0) {
    return "segment_bytes is " + std::to_string(bytes) +
           "; it must be from 64 KiB to 1 GiB, in whole blocks of 4 KiB";
  }
  return {};
}

/// Fills the index and passes the records on.
class Replay final : public RecoveryVisitor {
 public:
  Replay(const Log::Visitor& visit, SlotIndex& index) : visit_(visit), index_(index) {}
  void on_record(const BatchView& batch, const Record& record) override {
    visit_(Lsn{batch.header.lsn}, record);
  }
  void on_batch(const BatchView& batch, const Summary& summary) override {
    index_.add(batch.place, batch.stamp.count,
               Link{batch.stamp.sequence, batch.stamp.checksum, batch.header.lsn, batch.stamp.epoch,
                    summary});
  }

 private:
  const Log::Visitor& visit_;
  SlotIndex& index_;
};

}  // namespace

class Log::Impl {
 public:
  Impl(Disk& disk, const LogOptions& options) : disk_(disk), options_(options) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { close(); }

  std::string open(const Restore& restore, const Visitor& visit) {
    std::string problem = check_options(options_);
    if (problem.empty()) problem = find_identity();
    if (problem.empty()) problem = find_snapshot(restore);
    SegmentList found;
    if (problem.empty()) problem = find_segments(found);
    const std::vector<Segment>& segments = found.needed;
    if (problem.empty()) problem = sync(segments);
    if (!problem.empty()) return problem;
    Replay replay(visit, index_);
    SegmentReader reader(disk_);
    const Recovered recovered = recover(reader, identity_, index_.start().before, segments, replay);
    if (!recovered.problem.empty()) return recovered.problem;
    batches_cut_ = recovered.cut;
    return start(found, recovered);
  }

  /// The disk reads from the writer's buffers until its writes are done, and the last mark saves
  /// the next opening from doubt. A simulated disk has nothing to wait for.
  void close() {
    if (!writer_ || std::exchange(closed_, true)) return;
    writer_->flush();
    poll();
    writer_->idle();
    poll();
    while ((writer_->busy() || !incoming_ready()) && disk_.wait()) {
      poll();
      writer_->idle();
    }
  }

  Writer& writer() { return *writer_; }

  [[nodiscard]] std::uint64_t room_bytes() const {
    const std::uint64_t reserve = reserve_blocks(segment_blocks());
    const std::uint64_t taken = writer_->waiting_blocks() + reserve;
    const std::uint64_t room = supply_->room_blocks();
    return writer_->failure() || room <= taken ? 0 : (room - taken) * kBlockPayload;
  }

  [[nodiscard]] std::uint64_t max_record_bytes() const {
    const std::uint64_t blocks = segment_blocks() - 1;  // one is the segment's header
    return (blocks * kBlockPayload - sizeof(BatchHeader) - sizeof(RecordHeader)) / 8 * 8;
  }

  std::error_code read(Slot first, Slot last, std::uint64_t budget_bytes, const Visitor& visit) {
    RangeReader reader(disk_, *supply_, identity_, first, last, budget_bytes, visit);
    for (const Extent& extent : index_.extents()) {
      if (!extent.overlaps(first, last)) continue;
      if (!reader.read_extent(extent)) return reader.error();
    }
    const Ring<PendingBatch>& pending = writer_->pending();
    for (std::size_t i = 0; i < pending.size(); ++i) {
      if (!reader.read_batch(pending[i].bytes(), Lsn{pending[i].self.lsn})) return reader.error();
    }
    return {};
  }

  [[nodiscard]] const SlotIndex& index() const { return index_; }

  void write_snapshot(Slot slot, const LogStart& start, std::unique_ptr<StateSource> state) {
    DECREE_ASSERT(!writing_, "one snapshot at a time");
    DECREE_ASSERT(slot > Slot{snapshot_.slot}, "snapshots go forward");
    SnapshotHeader facts = facts_of(slot);
    set_start(facts, start);
    writing_ = facts;
    disk_.submit_file(snapshot_name(slot),
                      std::make_unique<SnapshotSource>(facts, std::move(state)),
                      Writer::kSnapshotToken);
  }

  Lsn poll() {
    const Lsn durable = writer_->poll();
    if (const auto end = writer_->take_incoming_end()) incoming_written(*end);
    if (const auto end = writer_->take_snapshot_end()) ended_ = *end;
    // A mark that is under way may be on its way to a segment whose file is to be used again.
    if (ended_ && !writer_->mark_under_way()) snapshot_ended(*std::exchange(ended_, {}));
    return durable;
  }

  std::optional<std::error_code> take_snapshot_end() { return std::exchange(snapshot_end_, {}); }
  [[nodiscard]] Slot snapshot() const { return Slot{snapshot_.slot}; }
  std::unique_ptr<SnapshotFile> open_snapshot() {
    if (snapshot_.slot == 0) return nullptr;
    auto file = std::make_unique<SnapshotFile>(disk_);
    return file->open(Slot{snapshot_.slot}).empty() ? std::move(file) : nullptr;
  }
  [[nodiscard]] std::uint64_t segments_used() const { return supply_->used().size(); }

  std::error_code begin_incoming(Slot slot) {
    DECREE_ASSERT(incoming_ready(), "nothing is under way to the file");
    incoming_.reset();
    incoming_failure_ = {};
    incoming_.emplace(disk_, facts_of(slot), Writer::kIncomingToken);
    const std::error_code error = incoming_->create();
    if (error) incoming_.reset();
    return error;
  }
  IncomingSnapshot& incoming() { return *incoming_; }
  [[nodiscard]] bool incoming_ready() const { return !incoming_ || !incoming_->under_way(); }
  [[nodiscard]] std::error_code incoming_failure() const { return incoming_failure_; }

  [[nodiscard]] LogStatus status() const {
    return {public_identity(identity_),
            writer_->appended(),
            writer_->durable(),
            supply_->segments().size(),
            used_bytes(),
            writer_->bytes_written(),
            batches_cut_,
            Slot{snapshot_.slot},
            snapshot_.bytes,
            disk_.description()};
  }

 private:
  [[nodiscard]] std::uint32_t segment_blocks() const {
    return static_cast<std::uint32_t>(options_.segment_bytes / kBlockSize);
  }

  [[nodiscard]] std::uint64_t used_bytes() const {
    std::uint64_t blocks = 0;
    for (const Segment& segment : supply_->used()) blocks += segment.blocks;
    return blocks * kBlockSize;
  }

  std::string find_identity() {
    std::vector<std::string> names;
    if (const auto error = disk_.list(names)) {
      return "the directory cannot be listed: " + error.message();
    }
    const auto is_identity = [](const std::string& name) { return name == kIdentityName; };
    const auto is_of_log = [](const std::string& name) {
      return segment_number(name).has_value() || snapshot_slot(name).has_value();
    };
    if (std::any_of(names.begin(), names.end(), is_identity)) {
      const std::string problem = load_identity(disk_, identity_);
      return problem.empty() ? check_owner(identity_, options_) : problem;
    }
    if (std::any_of(names.begin(), names.end(), is_of_log)) {
      return "identity is missing, but there are files of a log; restore it, or wipe the directory "
             "as a "
             "whole, which makes the replica a stranger to its group";
    }
    identity_ = fresh_identity(options_);
    const auto error = store_identity(disk_, identity_);
    return error ? "identity: cannot be written: " + error.message() : std::string();
  }

  std::string find_snapshot(const Restore& restore) {
    std::vector<Slot> slots;
    if (const auto error = list_snapshots(disk_, slots)) {
      return "the directory cannot be listed: " + error.message();
    }
    static_cast<void>(disk_.remove(kIncomingName));  // of an earlier opening, if there is one
    if (slots.empty()) return {};
    SnapshotFile file(disk_);
    std::string problem = file.open(slots.back());
    if (problem.empty()) problem = check_snapshot_owner(file.header());
    if (problem.empty()) problem = file.verify();
    if (problem.empty()) problem = restore(slots.back(), file);
    if (problem.empty()) problem = file.problem();
    if (!problem.empty()) return problem;
    snapshot_ = file.header();
    index_ = SlotIndex(start_of(snapshot_));
    slots.pop_back();
    older_ = slots;
    return {};
  }

  [[nodiscard]] std::string check_snapshot_owner(const SnapshotHeader& header) const {
    if (header.cluster == identity_.cluster && header.replica == identity_.replica &&
        header.incarnation == identity_.incarnation) {
      return {};
    }
    return snapshot_name(Slot{header.slot}) + " is of another directory; restore the right file";
  }

  [[nodiscard]] SnapshotHeader facts_of(Slot slot) const {
    SnapshotHeader facts;
    facts.replica = identity_.replica;
    facts.cluster = identity_.cluster;
    facts.incarnation = identity_.incarnation;
    facts.slot = slot.value;
    return facts;
  }

  void incoming_written(std::error_code error) {
    incoming_->written();
    if (!error && !incoming_->has_header()) return;
    if (!error) error = incoming_->publish();
    if (error) {
      incoming_failure_ = error;
    } else {
      DECREE_ASSERT(!writing_, "one snapshot at a time");
      writing_ = incoming_->header();
      ended_ = error;
    }
    incoming_.reset();
  }

  void snapshot_ended(std::error_code error) {
    DECREE_ASSERT(writing_, "a snapshot is being written");
    const SnapshotHeader written = *std::exchange(writing_, {});
    snapshot_end_ = error;
    if (error) return;
    if (snapshot_.slot != 0) older_.push_back(Slot{snapshot_.slot});
    SnapshotFile file(disk_);  // has the counts
    snapshot_ = file.open(Slot{written.slot}).empty() ? file.header() : written;
    const LogStart start = start_of(written);
    index_.begin_at(start);
    supply_->drop_before(start.segment);
    remove_older();
  }

  void remove_older() {
    for (const Slot slot : std::exchange(older_, {})) {
      disk_.submit_remove(snapshot_name(slot), Writer::kRemoveToken);
    }
  }

  std::string find_segments(SegmentList& found) {
    const std::uint64_t wanted = index_.start().segment;
    std::string problem = list_segments(disk_, identity_, wanted, found);
    if (!problem.empty() || !found.needed.empty()) return problem;
    if (identity_.epoch != 0) {
      return segment_name(wanted) + " is missing; restore it: without it the log has a hole";
    }
    SegmentSupply first(disk_, identity_, segment_blocks(), Writer::kCreateToken);
    if (const auto error = first.create_first()) {
      return segment_name(1) + ": cannot be made: " + error.message();
    }
    found.needed = first.segments();
    return {};
  }

  /// What a killed process wrote is durable before it is answered for.
  std::string sync(const std::vector<Segment>& segments) {
    for (const Segment& segment : segments) {
      FileId file;
      std::uint64_t size = 0;
      std::error_code error = disk_.open(segment_name(segment.number), file, size);
      if (!error) {
        error = disk_.sync(file);
        disk_.close(file);
      }
      if (error) return segment_name(segment.number) + ": cannot be synced: " + error.message();
    }
    return {};
  }

  std::string start(const SegmentList& found, const Recovered& recovered) {
    identity_ = next_opening(identity_, recovered.last.sequence);
    if (const auto error = store_identity(disk_, identity_)) {
      return "identity: cannot be written: " + error.message();
    }
    supply_.emplace(disk_, identity_, segment_blocks(), Writer::kCreateToken);
    if (const auto error = supply_->adopt(found.needed, recovered.end, found.left_over)) {
      return "a segment cannot be opened: " + error.message();
    }
    writer_.emplace(disk_, identity_, *supply_, index_, recovered.last);
    supply_->prepare();
    remove_older();
    return {};
  }

  Disk& disk_;
  LogOptions options_;
  IdentityRecord identity_;
  SnapshotHeader snapshot_;  // the newest; slot 0: there is none
  std::vector<Slot> older_;  // whose files are to be removed
  std::optional<SnapshotHeader> writing_;
  std::optional<IncomingSnapshot> incoming_;
  std::error_code incoming_failure_;
  std::optional<std::error_code> ended_;         // the writing of it, which was not seen to yet
  std::optional<std::error_code> snapshot_end_;  // not told yet
  SlotIndex index_{LogStart{}};
  std::optional<SegmentSupply> supply_;
  std::optional<Writer> writer_;
  std::uint64_t batches_cut_ = 0;
  bool closed_ = false;
};

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::~Log() = default;

std::unique_ptr<Log> Log::open(Disk& disk, const LogOptions& options, const Restore& restore,
                               const Visitor& visit, std::string& problem) {
  auto impl = std::make_unique<Impl>(disk, options);
  problem = impl->open(restore, visit);
  if (!problem.empty()) return nullptr;
  return std::unique_ptr<Log>(new Log(std::move(impl)));
}

Lsn Log::append(std::span<const Record> records) {
  DECREE_ASSERT(record_bytes(records) <= impl_->max_record_bytes() + sizeof(RecordHeader),
                "an append fits in a segment");
  return impl_->writer().append(records);
}

std::uint64_t Log::room_bytes() const { return impl_->room_bytes(); }
std::uint64_t Log::max_record_bytes() const { return impl_->max_record_bytes(); }
void Log::flush() { impl_->writer().flush(); }
void Log::flush_on_wait() { impl_->writer().flush_on_wait(); }
Lsn Log::poll() { return impl_->poll(); }
void Log::idle() { impl_->writer().idle(); }
void Log::close() { impl_->close(); }
std::error_code Log::failure() const { return impl_->writer().failure(); }

std::error_code Log::read(Slot first, Slot last, std::uint64_t budget_bytes, const Visitor& visit) {
  return impl_->read(first, last, budget_bytes, visit);
}

LogStart Log::start_behind(Slot last, std::uint64_t kept_segments) const {
  return impl_->index().start_behind(last, kept_segments);
}
Slot Log::reach(Slot first, std::uint64_t bytes) const {
  return impl_->index().reach(first, bytes);
}
Slot Log::snapshot() const { return impl_->snapshot(); }
std::unique_ptr<SnapshotFile> Log::open_snapshot() { return impl_->open_snapshot(); }
std::uint64_t Log::segments_used() const { return impl_->segments_used(); }
std::error_code Log::begin_incoming(Slot slot) { return impl_->begin_incoming(slot); }
void Log::put_chunk(std::span<const std::byte> chunk) { impl_->incoming().put(chunk); }
void Log::finish_incoming(const LogStart& start) { impl_->incoming().put_header(start); }
bool Log::incoming_ready() const { return impl_->incoming_ready(); }
std::error_code Log::incoming_failure() const { return impl_->incoming_failure(); }

void Log::write_snapshot(Slot slot, const LogStart& start, std::unique_ptr<StateSource> state) {
  impl_->write_snapshot(slot, start, std::move(state));
}

std::optional<std::error_code> Log::take_snapshot_end() { return impl_->take_snapshot_end(); }

Slot Log::dropped() const { return impl_->index().start().dropped; }

LogStatus Log::status() const { return impl_->status(); }

}  // namespace decree::wal
