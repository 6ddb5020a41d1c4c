// What the engine makes of frames, connections and the log.
#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <variant>

#include "paxos/assert.h"
#include "replica/engine.h"

namespace decree::replica {

namespace {

/// The ballot that a message of a proposer speaks for, or null.
template <typename Body>
const Ballot* ballot_of(const Body& body) {
  if constexpr (std::is_same_v<Body, Prepare> || std::is_same_v<Body, Accept> ||
                std::is_same_v<Body, Watermark> || std::is_same_v<Body, Heartbeat> ||
                std::is_same_v<Body, Release>) {
    return &body.ballot;
  } else {
    return nullptr;
  }
}

}  // namespace

void Engine::on_frame(ReplicaId from, Payload frame) {
  take({Input::Kind::frame, from, std::move(frame)});
}

void Engine::on_connected(ReplicaId peer, Incarnation incarnation) {
  DECREE_ASSERT(peers_.incarnation(peer) == incarnation, "a peer is admitted first");
  take({Input::Kind::connected, peer, {}});
}

void Engine::on_disconnected(ReplicaId peer) { take({Input::Kind::disconnected, peer, {}}); }

void Engine::take(Input input) {
  if (!shut_ && !failed_) arrived_.push_back(std::move(input));
}

transport::Introduction Engine::introduce() {
  return {identity_.incarnation, identity_.start, standing_.promised, standing_.log_end, process_};
}

void Engine::on_hello(ReplicaId peer) {
  hear_what_waits(peer);
  peers_.hello_sent(peer);
}

bool Engine::admit(ReplicaId peer, transport::Handshake part, const transport::Introduction& stated,
                   std::string& reason) {
  if (failed_) {
    reason = storage_error_ + ": it votes no more";
    return false;
  }
  hear_what_waits(peer);
  const bool is_new = peers_.incarnation(peer) == Incarnation{};
  reason = peers_.meet(peer, part, stated);
  if (!reason.empty()) return false;
  if (is_new) {
    core_.record(Record{RecordKind::peer, Ballot{0, peer, stated.incarnation}, {}, {}, {}});
    more_work_ = true;
  }
  return true;
}

void Engine::hear_what_waits(ReplicaId peer) {
  for (const Input& input : arrived_) {
    if (input.kind != Input::Kind::frame || input.from != peer) continue;
    std::string_view problem;
    const Message* message = decoder_.decode(input.frame, problem);
    if (message != nullptr) peers_.heard(peer, *message, core_.leader());
  }
}

void Engine::step_frame(const Input& input, leases::Time now) {
  std::string_view problem;
  const Message* message = decoder_.decode(input.frame, problem);
  if (message == nullptr) {
    notice_(fmt::format("a frame of replica {} is malformed: {}", input.from.value, problem));
    return;
  }
  const Ballot* ballot = std::visit([](const auto& body) { return ballot_of(body); }, *message);
  if (ballot != nullptr && ballot->replica != input.from) {
    notice_(fmt::format("replica {} speaks for a ballot of replica {}: ignored", input.from.value,
                        ballot->replica.value));
    return;
  }
  if (!has_room_for(*message)) return;
  peers_.heard(input.from, *message, core_.leader());
  if (learns_only_) return learn(input.from, *message, input.frame);
  LeaseEcho echo;
  if (!notice_time(input.from, *message, echo, now)) return;
  core_.step(input.from, *message, input.frame, echo);
  after_step(input.from, *message, echo, now);
}

/// A full log waits for its snapshot. What it does not take now is sent again, as if it were lost:
/// a leader learns of that by what is received under its ballot, so the first accept is taken
/// always.
bool Engine::has_room_for(const Message& message) {
  const auto* accept = std::get_if<Accept>(&message);
  if (accept == nullptr && !std::holds_alternative<Chosen>(message)) return true;
  if (pace_.admits(log_->bytes_written())) return true;
  return accept != nullptr && core_.received(accept->ballot) == Slot{};
}

/// What says how far the others are, and what they hand out. Nobody gets an answer that counts.
void Engine::learn(ReplicaId from, const Message& message, const Payload& frame) {
  const bool tells = std::holds_alternative<Heartbeat>(message) ||
                     std::holds_alternative<Watermark>(message) ||
                     std::holds_alternative<Chosen>(message);
  if (tells) core_.step(from, message, frame, LeaseEcho{});
  if (const auto* chunk = std::get_if<SnapshotChunk>(&message)) take_snapshot_chunk(from, *chunk);
}

bool Engine::notice_time(ReplicaId from, const Message& message, LeaseEcho& echo,
                         leases::Time now) {
  if (const auto* accept = std::get_if<Accept>(&message)) {
    omega_->sign_of_life(from, accept->ballot, now);
    echo = grant(accept->ballot, accept->lease, now);
  } else if (const auto* accepted = std::get_if<Accepted>(&message)) {
    lease_.answer(from, accepted->ballot, accepted->lease);
    if (accepted->ballot == leading_) stages_.accepted(*accepted, now);
  } else if (const auto* heartbeat = std::get_if<Heartbeat>(&message)) {
    omega_->heartbeat(from, *heartbeat, now);
    watch_clock(now);
    echo = grant(heartbeat->ballot, heartbeat->lease, now);
  } else if (const auto* answered = std::get_if<HeartbeatAnswer>(&message)) {
    omega_->heartbeat_answer(from, *answered, now);
    lease_.answer(from, answered->ballot, answered->lease);
    if (hand_over_ && answered->written >= hand_over_->next) hand_over_->ready.insert(from);
  } else if (const auto* watermark = std::get_if<Watermark>(&message)) {
    omega_->sign_of_life(from, watermark->ballot, now);
  } else if (const auto* refused = std::get_if<Refused>(&message)) {
    omega_->refused(from, *refused, now);
  } else if (const auto* prepare = std::get_if<Prepare>(&message)) {
    if (!may_take(from, *prepare)) return false;
    if (prepare->hand_over) take_release({prepare->hand_over, from}, now);
  } else if (const auto* promise = std::get_if<Promise>(&message)) {
    take_promise(from, *promise, now);
  }
  return true;
}

LeaseEcho Engine::grant(const Ballot& ballot, const LeaseAsk& ask, leases::Time now) {
  if (ballot < core_.promised()) return {};
  return grantor_->take(ballot, ask, now);
}

bool Engine::may_take(ReplicaId from, const Prepare& prepare) {
  // A prepare that the core refuses or has promised already disturbs nobody.
  if (prepare.ballot <= core_.promised() || omega_->may_promise(from, prepare)) return true;
  send(from, Refused{prepare.ballot, prepare.ballot});
  return false;
}

void Engine::take_promise(ReplicaId from, const Promise& promise, leases::Time now) {
  const bool asked = core_.candidate() != nullptr && core_.candidate()->ballot() == promise.ballot;
  if (!asked && promise.ballot != leading_) return;
  wait_.promise(from, promise.remainder_ns, now);
  if (asked) omega_->campaign_progress(now);
}

/// Like anybody's, when it is durable: until then a restart could grant to an older ballot again.
void Engine::count_own_promise(leases::Time now) {
  if (!core_.has_promised_itself()) return;
  const Ballot& ballot = core_.candidate()->ballot();
  const leases::Duration own = grantor_->remainder(ballot, identity_.start, now);
  wait_.promise(options_.id, static_cast<std::uint64_t>(own.ns), now);
}

/// The leader itself says so, or its planned successor in a prepare that came before.
void Engine::take_release(const Release& release, leases::Time now) {
  released_[release.ballot.replica] = true;
  omega_->release(release.ballot.replica, release, now);
  grantor_->release(release.ballot);
}

void Engine::after_step(ReplicaId from, const Message& message, const LeaseEcho& echo,
                        leases::Time now) {
  if (const auto* prepare = std::get_if<Prepare>(&message)) {
    if (core_.promised() != prepare->ballot) return;
    watch_clock(now);
    grantor_->promised(prepare->ballot);
    omega_->promised(prepare->ballot, now);
    candidate_start_ = prepare->start;
  } else if (const auto* accept = std::get_if<Accept>(&message)) {
    if (core_.promised() == accept->ballot) grantor_->promised(accept->ballot);
  } else if (const auto* heartbeat = std::get_if<Heartbeat>(&message)) {
    if (heartbeat->ballot < core_.promised()) return;
    core_.write_ahead(heartbeat->next);
    send(from, HeartbeatAnswer{heartbeat->ballot, heartbeat->round,
                               core_.received(heartbeat->ballot), echo, options_.priority,
                               impairment_ != leases::Impairment::none, standing_.promised});
  } else if (const auto* canvass = std::get_if<Canvass>(&message)) {
    omega_->canvass(from, *canvass, now);
  } else if (const auto* willing = std::get_if<CanvassAnswer>(&message)) {
    omega_->canvass_answer(from, *willing);
  } else if (const auto* release = std::get_if<Release>(&message)) {
    take_release(*release, now);
  } else if (const auto* forward = std::get_if<Forward>(&message)) {
    take_forward(from, *forward);
  } else if (const auto* fetch = std::get_if<FetchSnapshot>(&message)) {
    send_snapshot(from, sender_.chunk(*log_, from, *fetch));
  } else if (const auto* chunk = std::get_if<SnapshotChunk>(&message)) {
    take_snapshot_chunk(from, *chunk);
  } else if (const auto* answered = std::get_if<ForwardAnswer>(&message)) {
    take_forward_answer(from, *answered, now);
  } else if (const auto* question = std::get_if<ReadPoint>(&message)) {
    take_read_point(from, *question);
  } else if (const auto* point = std::get_if<ReadPointAnswer>(&message)) {
    reads_.answered(*point);
    more_work_ = true;
  }
}

void Engine::step_connection(const Input& input, leases::Time now) {
  if (input.kind == Input::Kind::connected) {
    core_.peer_connected(input.from);
    omega_->connected(input.from, now);
  } else {
    core_.peer_disconnected(input.from);
    omega_->disconnected(input.from, now);
    proposals_.drop_forwarded([&](ReplicaId leader) { return leader != input.from; });
    reads_.ask_again();
  }
  more_work_ = true;
}

void Engine::log_durable(Lsn durable, leases::Time now) {
  Lsn reached;
  for (; !appends_.empty() && appends_.front().log <= durable; appends_.pop_front()) {
    reached = appends_.front().core;
    standing_.add(appends_.front().standing);
    disk_time_ = now - appends_.front().at;
  }
  core_.durable(reached);
  count_own_promise(now);
  if (lease_record_ && reached >= *lease_record_) {
    grantor_->persisted(grantor_->longest());
    lease_record_.reset();
  }
  if (to_repair_ && to_repair_->record && reached >= *to_repair_->record) to_repair_.reset();
  if (restating_ && reached >= restating_->record) restated();
}

void Engine::log_failed() { storage_failed("the log failed: " + log_->failure().message()); }

void Engine::storage_failed(const std::string& reason) {
  notice_(reason + "; this replica votes no more until it is restarted");
  storage_error_ = reason;
  // Final for this open log: it votes no more, leads no more and promises nothing to anybody.
  failed_ = true;
  arrived_.clear();
  proposals_.fail_all(Errc::storage_failed, Errc::not_leader);
  answers_.send_remote([this](ReplicaId to, const Message& message) { send(to, message); });
  release_leadership();  // another leads at once
  core_.step_down();
  follow_core(clock_.now());
  reads_.fail_all(Errc::not_leader);
}

}  // namespace decree::replica
