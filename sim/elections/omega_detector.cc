// The Omega that ships. Phase 1 is a stand-in: one promise a replica, durable, and nothing else.
#include <optional>

#include "leases/omega.h"
#include "sim/elections/detector.h"

namespace decree::sim::elections {
namespace {

class OmegaDetector final : public Detector {
 public:
  explicit OmegaDetector(const Seat& seat)
      : seat_(seat), settings_(leases::Settings::paced(kHeartbeat, kTimeout)) {}

  void start(Time now) override {
    leading_ = preparing_ = Ballot{};
    omega_.emplace(settings_, *seat_.voters, seat_.self, 0, now);
    omega_->log_end(Slot{seat_.log_end});
  }
  void connected(ReplicaId peer, Time now) override { omega_->connected(peer, now); }
  void disconnected(ReplicaId peer, Time now) override { omega_->disconnected(peer, now); }
  [[nodiscard]] Time next_deadline() const override { return omega_->next_deadline(); }
  [[nodiscard]] ReplicaId leader() const override {
    const Ballot ballot = omega_->leader();
    return ballot.replica == seat_.self && !leading_ ? ReplicaId{} : ballot.replica;
  }

  void take(ReplicaId from, const Letter& letter, Time now) override {
    std::visit([&](const auto& message) { handle(from, message, now); }, std::get<Message>(letter));
  }

  void turn(Time now) override {
    omega_->tick(now);
    const leases::OmegaActions actions = omega_->take_actions();
    if (actions.resign) resign(now);
    for (const auto& [to, answer] : actions.answers) {
      seat_.send(to, Message{CanvassAnswer{answer.round, answer.willing, promised_}});
    }
    if (actions.canvass) broadcast(*actions.canvass);
    if (actions.campaign) campaign(actions.campaign->above, actions.campaign->hand_over, now);
    if (!actions.heartbeat) return;
    Heartbeat heartbeat;
    heartbeat.ballot = leading_;
    heartbeat.round = omega_->open_round(now);
    heartbeat.succession = omega_->successors();
    broadcast(heartbeat);
  }

 private:
  void broadcast(const Message& message) const {
    for (const ReplicaId to : *seat_.voters) {
      if (to != seat_.self) seat_.send(to, message);
    }
  }

  void resign(Time now) {
    leading_ = preparing_ = Ballot{};
    omega_->stepped_down(now);
  }

  void campaign(const Ballot& above, const Ballot& hand_over, Time now) {
    const std::uint64_t round = std::max(promised_.round, above.round) + 1;
    preparing_ = promised_ = Ballot{round, seat_.self, Incarnation{seat_.self.value}};
    promises_ = paxos::ReplicaSet::of(seat_.self);
    omega_->promised(preparing_, now);
    broadcast(Prepare{preparing_, {}, {}, hand_over});
    lead_if_promised(now);
  }

  void lead_if_promised(Time now) {
    if (!preparing_ || !seat_.voters->is_quorum(promises_)) return;
    leading_ = std::exchange(preparing_, Ballot{});
    omega_->became_leader(leading_, now);
  }

  void handle(ReplicaId from, const Prepare& prepare, Time now) {
    const bool taken = prepare.ballot <= promised_ || omega_->may_promise(from, prepare);
    if (!taken || prepare.ballot < promised_) {
      return seat_.send(from, Message{Refused{prepare.ballot, taken ? promised_ : prepare.ballot}});
    }
    promised_ = prepare.ballot;
    leading_ = preparing_ = Ballot{};
    omega_->promised(prepare.ballot, now);
    Promise promise;
    promise.ballot = prepare.ballot;
    seat_.send(from, Message{promise});
  }
  void handle(ReplicaId from, const Promise& promise, Time now) {
    if (promise.ballot != preparing_) return;
    promises_.insert(from);
    omega_->campaign_progress(now);
    lead_if_promised(now);
  }
  void handle(ReplicaId from, const Refused& refused, Time now) {
    omega_->refused(from, refused, now);
    const bool left_behind =
        leading_ && refused.refused == leading_ && !preparing_ && refused.promised > leading_;
    if (left_behind) campaign(refused.promised, {}, now);
  }
  void handle(ReplicaId from, const Heartbeat& heartbeat, Time now) {
    omega_->heartbeat(from, heartbeat, now);
    if (heartbeat.ballot < promised_) {
      return seat_.send(from, Message{Refused{heartbeat.ballot, promised_}});
    }
    promised_ = heartbeat.ballot;
    seat_.send(from,
               Message{HeartbeatAnswer{
                   heartbeat.ballot, heartbeat.round, Slot{seat_.log_end}, {}, 0, false, {}}});
  }
  void handle(ReplicaId from, const HeartbeatAnswer& answer, Time now) {
    omega_->heartbeat_answer(from, answer, now);
  }
  void handle(ReplicaId from, const Canvass& canvass, Time now) {
    omega_->canvass(from, canvass, now);
  }
  void handle(ReplicaId from, const CanvassAnswer& answer, Time /*now*/) {
    omega_->canvass_answer(from, answer);
  }
  template <typename Other>
  void handle(ReplicaId /*from*/, const Other& /*message*/, Time /*now*/) {}

  Seat seat_;
  leases::Settings settings_;
  std::optional<leases::Omega> omega_;
  Ballot promised_;   // survives a restart
  Ballot preparing_;  // none: no phase 1 under way
  Ballot leading_;    // none: does not lead
  paxos::ReplicaSet promises_;
};

}  // namespace

std::unique_ptr<Detector> make_omega(const Seat& seat) {
  return std::make_unique<OmegaDetector>(seat);
}

}  // namespace decree::sim::elections
