#include "wal/log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "paxos/assert.h"
#include "wal/batch.h"
#include "wal/identity.h"
#include "wal/range_reader.h"
#include "wal/recovery.h"
#include "wal/scrub.h"
#include "wal/segment_list.h"
#include "wal/segment_supply.h"
#include "wal/slot_index.h"
#include "wal/snapshots.h"
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

/// Fills the index and passes the rest on.
class Replay final : public RecoveryVisitor {
 public:
  Replay(Log::Contents& contents, SlotIndex& index, std::vector<Hole>& holes)
      : contents_(contents), index_(index), holes_(holes) {}
  void on_record(const BatchView& batch, const Record& record) override {
    contents_.on_record(Lsn{batch.header.lsn}, record);
  }
  void on_batch(const BatchView& batch, const SlotRange& slots, const Link& self) override {
    index_.add(batch.place, batch.stamp.count, slots, self);
  }
  void on_hole(const Hole& hole) override {
    holes_.push_back(hole);
    contents_.on_hole(hole);
  }

 private:
  Log::Contents& contents_;
  SlotIndex& index_;
  std::vector<Hole>& holes_;
};

}  // namespace

class Log::Impl {
 public:
  Impl(Disk& disk, const LogOptions& options) : disk_(disk), options_(options) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { close(); }

  std::string open(Contents& contents) {
    std::string problem = check_options(options_);
    if (problem.empty()) problem = find_identity();
    if (problem.empty()) problem = find_snapshot(contents);
    SegmentList found;
    if (problem.empty()) problem = find_segments(found);
    const std::vector<Segment>& segments = found.needed;
    if (problem.empty()) problem = sync(segments);
    if (!problem.empty()) return problem;
    Replay replay(contents, index_, holes_);
    SegmentReader reader(disk_, SegmentReader::kReadAheadAll);
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
    while ((writer_->busy() || !snapshots_.incoming_ready()) && disk_.wait()) {
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

  [[nodiscard]] std::error_code shortage() const { return supply_->shortage(); }

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

  Snapshots& snapshots() { return snapshots_; }

  void scrub() {
    if (writer_->failure() || supply_->is_preparing() || snapshots_.busy()) return;
    scrub_.go_on(supply_->written_blocks() * kBlockSize);
  }
  std::optional<Scrubbed> take_scrubbed() {
    if (const auto end = writer_->take_scrub_end()) {
      identity_.spoiled = std::max(identity_.spoiled, scrub_.ended(*end));
    }
    return scrub_.take();
  }

  [[nodiscard]] bool is_highest(Lsn lsn, Slot slot, const Ballot& ballot) const {
    return std::all_of(holes_.begin(), holes_.end(), [&](const Hole& hole) {
      return hole.after < lsn ||
             (hole.through.ballot() <= ballot && hole.through.chosen_slot < slot.value);
    });
  }

  Lsn poll() {
    const Lsn durable = writer_->poll();
    if (const auto end = writer_->take_incoming_end()) snapshots_.incoming_written(*end);
    if (const auto end = writer_->take_snapshot_end()) snapshots_.write_ended(*end);
    // A mark that is under way may be on its way to a segment whose file is to be used again.
    if (!snapshots_.has_ended() || writer_->mark_under_way()) return durable;
    if (!snapshots_.settle()) return durable;
    index_.begin_at(snapshots_.start());
    supply_->drop_before(index_.start().segment);
    snapshots_.remove_older();
    return durable;
  }

  LogStart start_afresh(Slot last) {
    const bool all = writer_->pending().empty() && index_.last_slot() <= last;
    if (!all || !supply_->begin_next()) return index_.start_behind(last, 0);
    return index_.start_at(supply_->used().back().number, writer_->newest_durable());
  }

  [[nodiscard]] std::uint64_t segments_used() const { return supply_->used().size(); }

  [[nodiscard]] LogStatus status() const {
    return {public_identity(identity_),
            writer_->appended(),
            writer_->durable(),
            supply_->segments().size(),
            used_bytes(),
            writer_->bytes_written(),
            batches_cut_,
            snapshots_.newest(),
            snapshots_.newest_bytes(),
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
             "as a whole, which makes the replica a stranger to its group";
    }
    identity_ = fresh_identity(options_);
    const auto error = store_identity(disk_, identity_);
    return error ? "identity: cannot be written: " + error.message() : std::string();
  }

  std::string find_snapshot(Contents& contents) {
    std::string problem = snapshots_.find(contents);
    if (!problem.empty()) return problem;
    index_ = SlotIndex(snapshots_.start());
    return {};
  }

  std::string find_segments(SegmentList& found) {
    std::string problem = list_segments(disk_, identity_, index_.start().segment, found);
    if (!problem.empty() || !found.needed.empty()) return problem;
    SegmentSupply first(disk_, identity_, segment_blocks(), Writer::kCreateToken);
    if (const auto error = first.create_first()) {
      return segment_name(1) + ": cannot be made: " + error.message();
    }
    found.needed = first.segments();
    return {};
  }

  /// Opens a segment's file for one operation.
  template <typename Operation>
  std::error_code with_segment(std::uint64_t number, Operation operation) {
    FileId file;
    std::uint64_t size = 0;
    if (const auto error = disk_.open(segment_name(number), file, size)) return error;
    const std::error_code error = operation(file);
    disk_.close(file);
    return error;
  }

  /// What a killed process wrote is durable before it is answered for.
  std::string sync(const std::vector<Segment>& segments) {
    for (const Segment& segment : segments) {
      const auto error =
          with_segment(segment.number, [this](FileId file) { return disk_.sync(file); });
      if (error) return segment_name(segment.number) + ": cannot be synced: " + error.message();
    }
    return {};
  }

  std::string clear(const std::vector<Place>& strange) {
    const BlockBuffer zeros(1);
    std::ranges::fill(zeros.bytes(), std::byte{0});
    for (const Place& place : strange) {
      const auto error = with_segment(place.segment, [&](FileId file) {
        return disk_.write(file, std::uint64_t{place.block} * kBlockSize, zeros.bytes());
      });
      if (!error) continue;
      return name_of_place(place.segment, place.block) + ": cannot be cleared: " + error.message();
    }
    return {};
  }

  std::string start(const SegmentList& found, const Recovered& recovered) {
    std::string problem = clear(recovered.strange);
    if (!problem.empty()) return problem;
    identity_ = next_opening(identity_, recovered.last, recovered.end);
    identity_.spoiled = std::max(identity_.spoiled, recovered.spoiled);
    if (const auto error = store_identity(disk_, identity_)) {
      return "identity: cannot be written: " + error.message();
    }
    supply_.emplace(disk_, identity_, segment_blocks(), Writer::kCreateToken);
    if (const auto error = supply_->adopt(found.needed, recovered.end, found.left_over)) {
      return "a segment cannot be opened: " + error.message();
    }
    writer_.emplace(disk_, identity_, *supply_, index_, recovered.last);
    supply_->prepare();
    snapshots_.remove_older();
    return {};
  }

  Disk& disk_;
  LogOptions options_;
  IdentityRecord identity_;
  Snapshots snapshots_{disk_, identity_};
  SlotIndex index_{LogStart{}};
  std::vector<Hole> holes_;
  Scrub scrub_{disk_, identity_, index_, snapshots_};
  std::optional<SegmentSupply> supply_;
  std::optional<Writer> writer_;
  std::uint64_t batches_cut_ = 0;
  bool closed_ = false;
};

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::~Log() = default;

std::unique_ptr<Log> Log::open(Disk& disk, const LogOptions& options, Contents& contents,
                               std::string& problem) {
  auto impl = std::make_unique<Impl>(disk, options);
  problem = impl->open(contents);
  if (!problem.empty()) return nullptr;
  return std::unique_ptr<Log>(new Log(std::move(impl)));
}

Lsn Log::append(std::span<const Record> records) {
  DECREE_ASSERT(record_bytes(records) <= impl_->max_record_bytes() + sizeof(RecordHeader),
                "an append fits in a segment");
  return impl_->writer().append(records);
}

std::uint64_t Log::room_bytes() const { return impl_->room_bytes(); }
std::error_code Log::shortage() const { return impl_->shortage(); }
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
LogStart Log::start_afresh(Slot last) { return impl_->start_afresh(last); }
bool Log::is_highest(Lsn lsn, Slot slot, const Ballot& ballot) const {
  return impl_->is_highest(lsn, slot, ballot);
}
Slot Log::reach(Slot first, std::uint64_t bytes) const {
  return impl_->index().reach(first, bytes);
}
std::uint64_t Log::segments_used() const { return impl_->segments_used(); }
std::uint64_t Log::bytes_written() const { return impl_->writer().bytes_written(); }

void Log::write_snapshot(Slot slot, const LogStart& start, std::unique_ptr<StateSource> state) {
  impl_->snapshots().write(slot, start, std::move(state));
}
void Log::hurry_snapshot(bool hurry) { impl_->snapshots().hurry(hurry); }
std::uint64_t Log::snapshot_progress() const { return impl_->snapshots().bytes_so_far(); }
std::optional<std::error_code> Log::take_snapshot_end() { return impl_->snapshots().take_end(); }
Slot Log::snapshot() const { return impl_->snapshots().newest(); }
std::unique_ptr<SnapshotFile> Log::open_snapshot() { return impl_->snapshots().open_newest(); }

std::error_code Log::begin_incoming(Slot slot) { return impl_->snapshots().begin_incoming(slot); }
void Log::put_chunk(std::span<const std::byte> chunk) { impl_->snapshots().put_chunk(chunk); }
void Log::finish_incoming(const LogStart& start) { impl_->snapshots().finish_incoming(start); }
void Log::give_up_incoming() { impl_->snapshots().give_up_incoming(); }
bool Log::incoming_ready() const { return impl_->snapshots().incoming_ready(); }
std::error_code Log::incoming_failure() const { return impl_->snapshots().incoming_failure(); }

void Log::scrub() { impl_->scrub(); }
std::optional<Scrubbed> Log::take_scrubbed() { return impl_->take_scrubbed(); }

const LogStart& Log::start() const { return impl_->index().start(); }
Slot Log::dropped() const { return impl_->index().start().dropped; }

LogStatus Log::status() const { return impl_->status(); }

}  // namespace decree::wal
