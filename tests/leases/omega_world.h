// A deterministic world of Omegas: virtual time, links that can be cut one way, delays, restarts.
// Phase 1 is a stand-in: one promised ballot a replica, nothing else.
#ifndef DECREE_TESTS_LEASES_OMEGA_WORLD_H_
#define DECREE_TESTS_LEASES_OMEGA_WORLD_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "leases/omega.h"
#include "paxos/assert.h"
#include "tests/leases/times.h"

namespace decree::leases {

class OmegaWorld {
 public:
  /// A leader that phase 1 has made.
  struct Reign {
    Time since;
    Ballot ballot;
  };

  explicit OmegaWorld(std::uint32_t count, Settings settings = {}) : settings_(settings) {
    std::vector<ReplicaId> ids;
    for (std::uint32_t i = 1; i <= count; ++i) ids.push_back(id(i));
    voters_ = std::make_unique<Voters>(ids);
  }

  // --- What happens to replicas and links. Take effect at once.
  void start(ReplicaId who) {
    Node& node = nodes_[who];
    node.leading = node.preparing = Ballot{};
    node.omega = std::make_unique<Omega>(settings_, *voters_, who, node.priority, now_);
    node.omega->log_end(node.log_end);
    for (auto& [peer, other] : nodes_) {
      if (peer == who || !other.omega || cut_.contains({who, peer})) continue;
      other.omega->connected(who, now_);
      node.omega->connected(peer, now_);
    }
  }
  void start_all() {
    for (const ReplicaId who : *voters_) start(who);
  }
  /// With `closed` its peers learn at once; without, they see silence.
  void kill(ReplicaId who, bool closed) {
    Node& node = nodes_[who];
    node.omega.reset();
    node.leading = node.preparing = Ballot{};
    std::erase_if(wire_, [&](const Letter& letter) { return letter.to == who; });
    for (auto& [peer, other] : nodes_) {
      if (closed && other.omega) other.omega->disconnected(who, now_);
    }
  }
  void cut(std::uint32_t from, std::uint32_t to) { cut_.insert({id(from), id(to)}); }
  void cut_both(std::uint32_t a, std::uint32_t b) {
    cut(a, b);
    cut(b, a);
  }
  void isolate(std::uint32_t who) {
    for (const ReplicaId peer : *voters_) {
      if (peer.value != who) cut_both(who, peer.value);
    }
  }
  void heal() { cut_.clear(); }
  void close_connection(std::uint32_t a, std::uint32_t b) {
    nodes_[id(a)].omega->disconnected(id(b), now_);
    nodes_[id(b)].omega->disconnected(id(a), now_);
  }
  /// Stops a replica for a while; what is sent to it waits.
  void pause(std::uint32_t who, Duration span) { nodes_[id(who)].paused_until = now_ + span; }
  void priority(std::uint32_t who, std::uint32_t value) { nodes_[id(who)].priority = value; }
  void log_end(std::uint32_t who, std::uint64_t slot) { nodes_[id(who)].log_end = Slot{slot}; }
  void delay(Duration delay) { delay_ = delay; }
  /// The replica has promised a candidate of whom nothing more will be heard.
  void promise(std::uint32_t who, const Ballot& ballot) {
    Node& node = nodes_[id(who)];
    node.promised = std::max(node.promised, ballot);
    if (node.leading || node.preparing) resign(node);
  }
  void hand_over(std::uint32_t from, std::uint32_t to) {
    Node& node = nodes_[id(from)];
    const Release release{node.leading, id(to)};
    broadcast(id(from), release);
    node.omega->release(id(from), release, now_);
    turn(id(from));
  }

  // --- Running.
  void run(Duration span) {
    const Time end = now_ + span;
    while (step(end)) {
    }
    now_ = end;
  }
  /// True if `condition` holds within `limit`; stops there.
  template <typename Condition>
  bool run_until(Duration limit, Condition condition) {
    const Time end = now_ + limit;
    while (!condition()) {
      if (!step(end)) return condition();
    }
    return true;
  }
  bool elects(Duration limit) {
    return run_until(limit, [this] { return static_cast<bool>(serving()); });
  }

  // --- Looking.
  /// The leader that a quorum follows, itself included; none if there is none.
  [[nodiscard]] ReplicaId serving() const {
    for (const auto& [who, node] : nodes_) {
      if (node.leading && followers(node.leading) >= voters_->quorum()) return who;
    }
    return {};
  }
  [[nodiscard]] std::size_t followers(const Ballot& ballot) const {
    return static_cast<std::size_t>(std::ranges::count_if(nodes_, [&](const auto& entry) {
      return entry.second.omega && entry.second.omega->leader() == ballot;
    }));
  }
  /// How many replicas take themselves for the leader.
  [[nodiscard]] std::size_t leaders() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        nodes_, [](const auto& entry) { return static_cast<bool>(entry.second.leading); }));
  }
  [[nodiscard]] Ballot highest_promise() const {
    Ballot highest;
    for (const auto& [who, node] : nodes_) highest = std::max(highest, node.promised);
    return highest;
  }
  [[nodiscard]] bool alive(std::uint32_t who) const { return nodes_.at(id(who)).omega != nullptr; }
  [[nodiscard]] const Omega& omega(std::uint32_t who) const { return *nodes_.at(id(who)).omega; }
  [[nodiscard]] const std::vector<Reign>& reigns() const { return reigns_; }
  [[nodiscard]] std::uint64_t campaigns() const { return campaigns_; }
  [[nodiscard]] std::uint64_t canvasses() const { return canvasses_; }
  [[nodiscard]] std::uint64_t sent(std::uint32_t who) const { return nodes_.at(id(who)).sent; }
  /// Unprompted messages of a replica: all but answers.
  [[nodiscard]] std::uint64_t unprompted(std::uint32_t who) const {
    return nodes_.at(id(who)).unprompted;
  }
  [[nodiscard]] Time now() const { return now_; }

 private:
  struct Node {
    std::unique_ptr<Omega> omega;  // null: dead
    std::uint32_t priority = 0;
    Slot log_end;
    Ballot promised;   // durable: survives a restart
    Ballot preparing;  // none: no phase 1 under way
    Ballot hand_over;
    std::set<ReplicaId> promises;
    Ballot leading;  // none: does not lead
    Time paused_until;
    std::uint64_t sent = 0;
    std::uint64_t unprompted = 0;
  };
  struct Letter {
    Time arrival;
    ReplicaId from;
    ReplicaId to;
    Message message;
  };

  bool step(Time end) {
    const Time next = std::max(next_event(), now_);
    if (next > end) return false;
    idle_turns_ = next == now_ ? idle_turns_ + 1 : 0;
    DECREE_ASSERT(idle_turns_ < 1000, "time goes on");
    now_ = next;
    for (const ReplicaId who : *voters_) turn(who);
    return true;
  }

  [[nodiscard]] Time next_event() const {
    Time next = kNever;
    for (const Letter& letter : wire_) {
      next = std::min(next, std::max(letter.arrival, paused(letter.to)));
    }
    for (const auto& [who, node] : nodes_) {
      if (node.omega) next = std::min(next, std::max(node.omega->next_deadline(), paused(who)));
    }
    return next;
  }
  [[nodiscard]] Time paused(ReplicaId who) const { return nodes_.at(who).paused_until; }

  void turn(ReplicaId who) {
    Node& node = nodes_[who];
    if (!node.omega || node.paused_until > now_) return;
    for (std::size_t i = 0; i < wire_.size();) {
      if (wire_[i].to != who || wire_[i].arrival > now_) {
        ++i;
        continue;
      }
      const Letter letter = wire_[i];
      wire_.erase(wire_.begin() + static_cast<std::ptrdiff_t>(i));
      std::visit([&](const auto& message) { handle(who, node, letter.from, message); },
                 letter.message);
    }
    node.omega->tick(now_);
    carry_out(who, node, node.omega->take_actions());
  }

  void carry_out(ReplicaId who, Node& node, const OmegaActions& actions) {
    if (actions.resign) resign(node);
    for (const auto& [to, answer] : actions.answers) {
      send(who, to, CanvassAnswer{answer.round, answer.willing, node.promised});
    }
    if (actions.canvass && voters_->size() > 1) {
      ++canvasses_;
      node.unprompted += broadcast(who, *actions.canvass);
    }
    if (actions.campaign) {
      ++campaigns_;
      campaign(who, node, actions.campaign->above, actions.campaign->hand_over);
    }
    if (actions.heartbeat) send_heartbeat(who, node);
  }

  void resign(Node& node) {
    node.leading = node.preparing = Ballot{};
    node.omega->stepped_down(now_);
  }
  void campaign(ReplicaId who, Node& node, const Ballot& above, const Ballot& hand_over) {
    const std::uint64_t round = std::max(node.promised.round, above.round) + 1;
    node.preparing = node.promised = Ballot{round, who, Incarnation{who.value}};
    node.promises = {who};
    node.omega->promised(node.preparing, now_);
    broadcast(who, Prepare{node.preparing, {}, {}, hand_over});
    lead_if_promised(node);
  }
  void lead_if_promised(Node& node) {
    if (!node.preparing || node.promises.size() < voters_->quorum()) return;
    node.leading = std::exchange(node.preparing, Ballot{});
    node.omega->became_leader(node.leading, now_);
    reigns_.push_back({now_, node.leading});
  }
  void send_heartbeat(ReplicaId who, Node& node) {
    Heartbeat heartbeat;
    heartbeat.ballot = node.leading;
    heartbeat.round = node.omega->open_round(now_);
    heartbeat.succession = node.omega->successors();
    node.unprompted += broadcast(who, heartbeat);
  }

  void handle(ReplicaId who, Node& node, ReplicaId from, const Prepare& prepare) {
    if (!node.omega->may_promise(from, prepare)) {
      return send(who, from, Refused{prepare.ballot, prepare.ballot});
    }
    if (prepare.ballot < node.promised) {
      return send(who, from, Refused{prepare.ballot, node.promised});
    }
    node.promised = prepare.ballot;
    node.leading = node.preparing = Ballot{};
    node.omega->promised(prepare.ballot, now_);
    Promise promise;
    promise.ballot = prepare.ballot;
    send(who, from, promise);
  }
  void handle(ReplicaId, Node& node, ReplicaId from, const Promise& promise) {
    if (promise.ballot != node.preparing) return;
    node.promises.insert(from);
    node.omega->campaign_progress(now_);
    lead_if_promised(node);
  }
  void handle(ReplicaId who, Node& node, ReplicaId from, const Refused& refused) {
    node.omega->refused(from, refused, now_);
    // Rule 10: a leader that is refused by a replica left behind prepares again above it.
    if (node.leading && refused.refused == node.leading && refused.promised > node.leading &&
        !node.preparing) {
      campaign(who, node, refused.promised, {});
    }
  }
  void handle(ReplicaId who, Node& node, ReplicaId from, const Heartbeat& heartbeat) {
    node.omega->heartbeat(from, heartbeat, now_);
    if (heartbeat.ballot < node.promised) {
      return send(who, from, Refused{heartbeat.ballot, node.promised});
    }
    node.promised = heartbeat.ballot;  // as the accepts beside it do
    HeartbeatAnswer answer{heartbeat.ballot, heartbeat.round, node.log_end, {}, 0, false, {}};
    answer.priority = node.priority;
    send(who, from, answer);
  }
  void handle(ReplicaId, Node& node, ReplicaId from, const HeartbeatAnswer& answer) {
    node.omega->heartbeat_answer(from, answer, now_);
  }
  void handle(ReplicaId, Node& node, ReplicaId from, const Canvass& canvass) {
    node.omega->canvass(from, canvass, now_);
  }
  void handle(ReplicaId, Node& node, ReplicaId from, const CanvassAnswer& answer) {
    node.omega->canvass_answer(from, answer);
  }
  void handle(ReplicaId, Node& node, ReplicaId from, const Release& release) {
    node.omega->release(from, release, now_);
  }
  template <typename Other>
  void handle(ReplicaId, Node&, ReplicaId, const Other&) {}

  std::uint64_t broadcast(ReplicaId from, const Message& message) {
    for (const ReplicaId to : *voters_) {
      if (to != from) send(from, to, message);
    }
    return voters_->size() - 1;
  }
  void send(ReplicaId from, ReplicaId to, const Message& message) {
    ++nodes_[from].sent;
    if (cut_.contains({from, to}) || !nodes_[to].omega) return;
    wire_.push_back({now_ + delay_, from, to, message});
  }

  Settings settings_;
  std::unique_ptr<Voters> voters_;
  Time now_ = at(0);
  Duration delay_ = ms(1);
  std::map<ReplicaId, Node> nodes_;
  std::set<std::pair<ReplicaId, ReplicaId>> cut_;
  std::vector<Letter> wire_;  // in the order sent, which is the order of arrival
  std::vector<Reign> reigns_;
  std::uint64_t campaigns_ = 0;
  std::uint64_t canvasses_ = 0;
  int idle_turns_ = 0;
};

}  // namespace decree::leases

#endif  // DECREE_TESTS_LEASES_OMEGA_WORLD_H_
