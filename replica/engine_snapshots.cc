// Writing the state down, so that the log can be cut, and getting it from a peer that has done so.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "paxos/assert.h"
#include "replica/engine.h"

namespace decree::replica {

/// Promises, grants and the like in an append of their own, so that none of the older segments is
/// needed for them: a snapshot takes the place of slots, and of nothing else.
Lsn Engine::restate() {
  if (core_.written()) core_.record(Record{RecordKind::promise, core_.written(), {}, {}, {}});
  if (core_.reserved()) core_.record(Record{RecordKind::reserve, core_.reserved(), {}, {}, {}});
  const Slot longest{static_cast<std::uint64_t>(grantor_->longest().ns)};
  core_.record(Record{RecordKind::lease, {}, {}, longest, {}});
  for (ReplicaId id : voters_.ids()) {
    const Incarnation met = peers_.incarnation(id);
    if (met == Incarnation{}) continue;
    core_.record(Record{RecordKind::peer, Ballot{0, id, met}, {}, {}, {}});
  }
  more_work_ = true;  // it goes into the next turn's append
  return core_.record(Record{RecordKind::watermark, {}, {}, core_.announced(), {}});
}

/// The steps, each in the turn after what it waits for: restate, wait until that is durable, write,
/// wait until the file is durable. Where the log will begin is settled before anything is restated,
/// so that this comes behind it.
void Engine::keep_snapshots() {
  if (const auto end = log_->take_snapshot_end()) snapshot_ended(*end);
  if (failed_ || shut_) return;
  if (writing_snapshot_) {
    const std::uint64_t used = log_->segments_used();
    log_->hurry_snapshot(used >= budget_.hurry_segments);
    if (used >= budget_.full_segments) pace_.full(log_->bytes_written(), log_->snapshot_progress());
  } else {
    pace_.ended();
  }
  if (receiver_.active()) return receive_snapshot();
  // Until a hole is filled the log must go on telling of it.
  const bool due = !core_.is_damaged() && snapshots_possible_ && !restating_ &&
                   !writing_snapshot_ &&
                   (replaces_log_ || log_->segments_used() >= snapshot_at_segments_) &&
                   core_.applied() > log_->snapshot();
  // With nothing under way the log can begin afresh, so that damage in its newest segment goes too.
  const bool can_wait = replaces_log_ && core_.log_end() == core_.applied();
  if (!due || (can_wait && !log_is_quiet())) return;
  replacing_log_ = replaces_log_;
  const wal::LogStart start = replaces_log_
                                  ? log_->start_afresh(core_.applied())
                                  : log_->start_behind(core_.applied(), budget_.kept_segments);
  restating_ = Restating{start, restate(), false};
}

void Engine::restated() {
  const Restating restated = *std::exchange(restating_, {});
  if (restated.incoming) {
    if (!receiver_.complete(*log_) || receiver_.slot() <= log_->snapshot()) return;
    writing_snapshot_ = true;
    return log_->finish_incoming(restated.start);
  }
  if (core_.applied() <= log_->snapshot()) return;
  DECREE_ASSERT(restated.start.dropped <= core_.applied(), "what is dropped is in the snapshot");
  std::unique_ptr<wal::StateSource> state = applier_.snapshot();
  if (state == nullptr) {
    snapshots_possible_ = false;
    return;
  }
  writing_snapshot_ = true;
  log_->write_snapshot(core_.applied(), restated.start, std::move(state));
}

void Engine::snapshot_ended(std::error_code error) {
  writing_snapshot_ = false;
  if (std::exchange(replacing_log_, false)) replaces_log_ = false;
  // Not before the log has grown, be it that this one failed or that it could drop little.
  snapshot_at_segments_ = std::max(budget_.snapshot_segments, log_->segments_used() + 1);
  if (error) {
    notice_(fmt::format("a snapshot could not be written: {}; tried again later, nothing is lost",
                        error.message()));
    return;
  }
  standing_.log_end = std::max(standing_.log_end, log_->snapshot());
  if (!receiver_.active()) return;
  receiver_.give_up(*log_);
  if (core_.lacks(log_->snapshot())) install_snapshot();
}

// --- From a peer.

void Engine::receive_snapshot() {
  if (const std::error_code error = log_->incoming_failure()) {
    notice_(fmt::format("the snapshot of a peer could not be written: {}", error.message()));
    writing_snapshot_ = false;
    return receiver_.give_up(*log_);
  }
  if (writing_snapshot_ || restating_) return;
  if (!core_.lacks(receiver_.slot())) return receiver_.give_up(*log_);
  if (receiver_.complete(*log_)) {
    wal::LogStart start = core_.is_damaged() ? log_->start() : log_->start_behind(receiver_.slot());
    // Of the slots that it covers the log here may lack what was chosen, and have something else.
    start.dropped = std::max(log_->start().dropped, receiver_.slot());
    restating_ = Restating{start, restate(), true};
  } else if (const auto ask = receiver_.next(*log_)) {
    send(receiver_.from(), *ask);
    network_->flush();
  }
}

void Engine::take_snapshot_chunk(ReplicaId from, const SnapshotChunk& chunk) {
  const bool busy = restating_ || writing_snapshot_;
  if (busy) return;
  const std::string problem = receiver_.take(*log_, from, chunk, core_.lacks(chunk.slot));
  if (!problem.empty()) notice_(fmt::format("from replica {}: {}", from.value, problem));
}

void Engine::send_snapshot(ReplicaId to, const std::optional<SnapshotChunk>& chunk) {
  if (chunk) return send(to, *chunk);
  if (log_->snapshot() != Slot{}) {
    found_damage(fmt::format("the snapshot of slot {} cannot be read", log_->snapshot().value));
  }
  notice_(fmt::format("replica {} needs a snapshot of this one, which has none that can be read",
                      to.value));
}

/// The state machine has the peer's state, and everything through its slot counts as applied.
void Engine::install_snapshot() {
  const auto file = log_->open_snapshot();
  std::string problem = file == nullptr ? "it cannot be opened" : file->verify();
  if (problem.empty()) problem = applier_.restore(*file);
  if (problem.empty()) problem = file->problem();
  if (!problem.empty()) {
    return storage_failed("the snapshot of a peer cannot be restored: " + problem);
  }
  core_.installed(log_->snapshot());
  follow_lease_settings();
  notice_(fmt::format("caught up by a peer's snapshot of slot {}", log_->snapshot().value));
}

}  // namespace decree::replica
