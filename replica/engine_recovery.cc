// What the log says at start, and what damage took of it.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "replica/engine.h"
#include "replica/slot_records.h"
#include "wal/identity.h"

namespace decree::replica {

/// Replays the log into the core and the state machine, as far as the first damage. What comes
/// behind that is looked through for what must not be forgotten; its slots are read again when
/// those before them are here (repair()).
class Engine::Contents final : public wal::Log::Contents {
 public:
  explicit Contents(Engine& engine) : engine_(engine) {}

  std::string on_snapshot(Slot slot, wal::SnapshotFile& file) override {
    engine_.core_.recover_snapshot(slot);
    engine_.standing_.log_end = slot;
    const std::string wrong = engine_.applier_.restore(file);
    return wrong.empty() ? wrong : fmt::format("the snapshot of slot {}: {}", slot.value, wrong);
  }

  void on_hole(const wal::Hole& hole) override {
    if (!damage_) damage_.emplace();
    const wal::Summary& through = hole.through;
    const Standing standing{through.ballot(), Slot{through.highest_slot}};
    engine_.standing_.add(standing);
    engine_.recover_lease(through.lease_ns);
    damage_->known_chosen = std::max(damage_->known_chosen, Slot{through.watermark});
    damage_->lost.ballot = std::max(damage_->lost.ballot, standing.promised);
    damage_->lost.through = std::max(damage_->lost.through, standing.log_end);
    engine_.damage_found_.push_back(hole.what);
    if (!engine_.to_repair_) engine_.to_repair_.emplace();
    if (hole.kind == wal::Hole::Kind::batches) engine_.to_repair_->places.add(hole);
    if (hole.kind == wal::Hole::Kind::snapshot) engine_.to_repair_->snapshot = hole.snapshot;
  }

  void on_record(Lsn lsn, const Record& record) override {
    if (!problem_.empty()) return;
    engine_.standing_.add(record);
    if (damage_) {
      look_through(record);
    } else {
      problem_ = engine_.recover_record(record);
    }
    if (!problem_.empty()) problem_ = fmt::format("append {} of the log: {}", lsn.value, problem_);
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] const std::optional<paxos::Damage>& damage() const { return damage_; }

 private:
  void look_through(const Record& record) {
    switch (record.kind) {
      case RecordKind::accept:
        return engine_.core_.recover_promise(record.ballot);
      case RecordKind::chosen:
      case RecordKind::watermark:
        damage_->known_chosen = std::max(damage_->known_chosen, record.last);
        return;
      default:
        problem_ = engine_.recover_record(record);
    }
  }

  Engine& engine_;
  std::optional<paxos::Damage> damage_;
  std::string problem_;
};

bool Engine::recover(wal::Disk& disk, const Fresh& fresh, leases::Time locked,
                     std::string& problem) {
  wal::LogOptions log_options;
  log_options.cluster = options_.cluster;
  log_options.replica = options_.id;
  log_options.fresh_incarnation = fresh.incarnation;
  log_options.fresh_secret = fresh.secret;
  log_options.segment_bytes = budget_.segment_bytes;
  Contents contents(*this);
  log_ = wal::Log::open(disk, log_options, contents, problem);
  if (log_ == nullptr) return false;
  problem = contents.problem();
  if (!problem.empty()) return false;
  identity_ = log_->status().identity;
  process_ = fresh.process != 0 ? fresh.process : wal::draw_number();
  if (contents.damage()) core_.recover_damage(*contents.damage());
  core_.recovered(identity_.incarnation, Lsn{});
  if (contents.damage()) standing_.promised = std::max(standing_.promised, core_.reserved());
  follow_lease_settings();
  grantor_.emplace(settings_, longest_lease_, locked);
  grantor_->promised(core_.promised());
  for (const std::string& what : damage_found_) {
    notice_(fmt::format("damage: {}; repaired from the peers before this replica votes", what));
  }
  return true;
}

void Engine::recover_lease(std::uint64_t ns) {
  longest_lease_ = {std::max(longest_lease_.ns, static_cast<std::int64_t>(ns))};
}

std::string Engine::recover_record(const Record& record) {
  switch (record.kind) {
    case RecordKind::promise:
      core_.recover_promise(record.ballot);
      return {};
    case RecordKind::reserve:
      core_.recover_reserve(record.ballot);
      return {};
    case RecordKind::lease:
      recover_lease(record.last.value);
      return {};
    case RecordKind::peer:
      peers_.recovered(record.ballot.replica, record.ballot.incarnation);
      return {};
    case RecordKind::repaired:  // says it to those who read the log without its replica
      return {};
    case RecordKind::watermark:
    case RecordKind::accept:
    case RecordKind::chosen:
      break;
  }
  std::string problem = recover_slots(core_, decoder_, record);
  if (!problem.empty()) return problem;
  while (const paxos::LogEntry* entry = core_.next_to_apply()) {
    const Slot slot = core_.next_slot_to_apply();
    applier_.apply(slot, entry->value);
    core_.applied(slot);
  }
  return {};
}

/// Everything that is known chosen is here again. What was accepted above it and is left in the log
/// counts as before; of the rest the core says in its promises that it may be lost.
void Engine::repair() {
  if (to_repair_ && !to_repair_->record && !core_.is_damaged()) {
    const wal::DamagedPlaces& places = to_repair_->places;
    const Ballot which{to_repair_->snapshot.value, {}, Incarnation{places.where}};
    to_repair_->record = core_.record(
        Record{RecordKind::repaired, which, Slot{places.count}, core_.announced(), {}});
    more_work_ = true;
  }
  if (!core_.wants_acceptances()) return;
  std::string problem;
  const std::error_code error = log_->read(
      core_.announced().next(), Slot{UINT64_MAX}, UINT64_MAX, [&](Lsn, const Record& record) {
        if (record.kind == RecordKind::accept && problem.empty()) {
          problem = recover_slots(core_, decoder_, record);
        }
      });
  if (error) problem = error.message();
  if (!problem.empty()) return storage_failed("the log cannot be read again: " + problem);
  core_.repaired();
  replaces_log_ = true;
  more_work_ = true;
  notice_(
      fmt::format("repaired: everything through slot {} is here again", core_.announced().value));
}

/// In the log, while it is in use. What it held is applied here, so a snapshot can take its place;
/// behind it the damaged files are used again.
void Engine::found_damage(const std::string& what) {
  if (replaces_log_) return;
  replaces_log_ = true;
  damage_found_.push_back(what);
  notice_(fmt::format("damage: {}; a new snapshot takes its place", what));
}

/// Begins to read a piece, looks for what became of it, and then pauses.
void Engine::scrub(leases::Time now) {
  scrub_at_ = now + scrub_pace_.least;
  const std::optional<wal::Scrubbed> scrubbed = log_->take_scrubbed();
  if (!scrubbed) return log_->scrub();
  scrub_at_ = now + scrub_pace_.pause(scrubbed->bytes, scrubbed->all_bytes);
  scrubbed_bytes_ += scrubbed->bytes;
  if (scrubbed->ends_pass) scrub_ended_ = now;
  if (!scrubbed->damage.empty()) found_damage(scrubbed->damage);
}

}  // namespace decree::replica
