#include "tests/replica/group.h"

#include <algorithm>
#include <boost/asio/system_executor.hpp>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "replica/lease_decree.h"

namespace decree::replica {

std::unique_ptr<SnapshotView> Journalist::snapshot() {
  std::string lines;
  for (const std::string& command : commands) lines += command + '\n';
  return std::make_unique<CopiedState>(lines);
}

void Journalist::restore(SnapshotReader& reader) {
  commands.clear();
  std::istringstream lines(read_all(reader));
  for (std::string line; std::getline(lines, line);) commands.push_back(line);
}

class Group::Clock final : public leases::Clock {
 public:
  explicit Clock(const leases::Time& base) : base_(base) {}
  [[nodiscard]] leases::Time now() const override { return base_ + skew; }
  [[nodiscard]] leases::Time reference() const override { return base_; }
  leases::Duration skew;

 private:
  const leases::Time& base_;
};

/// The network as one replica sees it.
class Group::Link final : public transport::Network {
 public:
  Link(Group& group, std::uint32_t self) : group_(group), self_(self) {}
  void send(ReplicaId to, const Payload& frame) override {
    if (!connected(to)) return;
    ++group_.frames_sent_;
    if (!group_.cut_.at(self_).at(to.value)) queues.at(to.value).push_back(frame);
  }
  void flush() override {}
  [[nodiscard]] bool connected(ReplicaId to) const override {
    return group_.connected_.at(self_).at(to.value);
  }

  std::array<std::deque<Payload>, 10> queues;

 private:
  Group& group_;
  std::uint32_t self_;
};

struct Group::Node {
  Node(Group& group, std::uint32_t id) : clock(group.now_), link(group, id) {}

  wal::MemoryFiles files;
  std::unique_ptr<wal::MemoryDisk> disk;
  Clock clock;
  Link link;
  Journalist machine;
  std::unique_ptr<Engine> engine;
  bool paused = false;
  std::vector<LeadershipEvent> events;
  std::vector<std::string> notices;
};

Group::Group(std::size_t replicas) {
  options.cluster = 7;
  options.directory = "memory";
  options.max_command_bytes = 64u << 10;
  options.log_bytes = 64u << 20;
  nodes_.resize(1);
  for (std::uint32_t id = 1; id <= replicas; ++id) {
    nodes_.push_back(std::make_unique<Node>(*this, id));
    options.members.push_back({ReplicaId{id}, "memory", static_cast<std::uint16_t>(id)});
  }
}

Group::~Group() = default;

void Group::start(std::uint32_t id, bool learns_only) {
  Node& each = node(id);
  each.disk = std::make_unique<wal::MemoryDisk>(each.files);
  each.machine.commands.clear();
  Options own = options;
  own.id = ReplicaId{id};
  each.engine =
      std::make_unique<Engine>(own, each.machine, each.clock,
                               [&each](const std::string& line) { each.notices.push_back(line); });
  std::string problem;
  if (!each.engine->recover(*each.disk, {Incarnation{next_incarnation_++}}, each.clock.now(),
                            problem)) {
    throw std::runtime_error("replica " + std::to_string(id) + ": " + problem);
  }
  each.engine->on_leadership(
      [&each](const LeadershipEvent& event) { each.events.push_back(event); });
  if (learns_only) each.engine->learn_only();
  each.engine->start(each.link, scrub_pace);
  for (std::uint32_t peer = 1; peer < nodes_.size(); ++peer) {
    if (peer == id || node(peer).engine == nullptr) continue;
    connect(id, peer);
    connect(peer, id);
  }
}

void Group::start_all() {
  for (std::uint32_t id = 1; id < nodes_.size(); ++id) start(id);
}

void Group::kill(std::uint32_t id, const std::function<bool()>& survives) {
  Node& each = node(id);
  each.disk->crash(survives);
  each.engine.reset();
  each.paused = false;
  for (auto& queue : each.link.queues) queue.clear();
  for (std::uint32_t peer = 1; peer < nodes_.size(); ++peer) {
    connected_.at(id).at(peer) = false;
    if (peer != id) disconnect(peer, id);
  }
}

void Group::connect(std::uint32_t from, std::uint32_t to) {
  if (!greet(from, to)) return;
  connected_.at(from).at(to) = true;
  node(from).engine->on_connected(ReplicaId{to}, node(to).engine->identity().incarnation);
}

/// One replica dials another: hello and answer.
bool Group::greet(std::uint32_t from, std::uint32_t to) {
  Engine& dialler = *node(from).engine;
  Engine& dialled = *node(to).engine;
  using transport::Handshake;
  std::string reason;
  dialler.on_hello(ReplicaId{to});
  if (!dialled.admit(ReplicaId{from}, Handshake::hello, dialler.introduce(), reason)) {
    node(to).notices.push_back("refused replica " + std::to_string(from) + ": " + reason);
    return false;
  }
  if (!dialler.admit(ReplicaId{to}, Handshake::answer, dialled.introduce(), reason)) {
    node(from).notices.push_back("refused replica " + std::to_string(to) + ": " + reason);
    return false;
  }
  return true;
}

void Group::disconnect(std::uint32_t from, std::uint32_t to) {
  node(from).link.queues.at(to).clear();
  if (!std::exchange(connected_.at(from).at(to), false)) return;
  if (node(from).engine != nullptr) node(from).engine->on_disconnected(ReplicaId{to});
}

void Group::pause(std::uint32_t id, bool paused) { node(id).paused = paused; }

void Group::hold_link(std::uint32_t from, std::uint32_t to, bool hold) {
  held_.at(from).at(to) = hold;
}

void Group::cut(std::uint32_t from, std::uint32_t to) { cut_.at(from).at(to) = true; }

void Group::isolate(std::uint32_t id) {
  for (std::uint32_t peer = 1; peer < nodes_.size(); ++peer) {
    if (peer == id) continue;
    cut(id, peer);
    cut(peer, id);
  }
}

void Group::heal() {
  for (std::uint32_t from = 1; from < nodes_.size(); ++from) {
    for (std::uint32_t to = 1; to < nodes_.size(); ++to) {
      if (!std::exchange(cut_.at(from).at(to), false)) continue;
      if (node(from).engine == nullptr || node(to).engine == nullptr) continue;
      disconnect(from, to);
      connect(from, to);
    }
  }
}

void Group::hold_disk(std::uint32_t id, bool hold) { node(id).disk->hold(hold); }

void Group::slow_apply(std::uint32_t id, leases::Duration each) {
  node(id).machine.on_apply = [this, each] { now_ = now_ + each; };
}

void Group::skew(std::uint32_t id, leases::Duration by) {
  node(id).clock.skew = node(id).clock.skew + by;
}

OutcomeRef Group::propose(std::uint32_t id, std::string_view command, Session session) {
  auto outcome = std::make_shared<Outcome>();
  const boost::asio::any_io_executor here = boost::asio::system_executor();
  detail::ProposeCompletion done(
      [outcome](boost::system::error_code error, const Reply& reply) {
        *outcome = {true, error, std::string(reply.text()), reply.token};
      },
      here);
  Value value{ValueKind::command, session.client, session.sequence,
              Payload::copy_of(std::as_bytes(std::span(command)))};
  engine(id).propose(std::move(done), std::move(value));
  return outcome;
}

OutcomeRef Group::open_session(std::uint32_t id) {
  auto outcome = std::make_shared<Outcome>();
  const boost::asio::any_io_executor here = boost::asio::system_executor();
  detail::SessionCompletion done(
      [outcome](boost::system::error_code error, ClientId client) {
        *outcome = {true, error, std::to_string(client.value), {}};
      },
      here);
  engine(id).propose(std::move(done), Value{ValueKind::open_session, {}, {}, Payload::copy_of({})});
  return outcome;
}

OutcomeRef Group::set_lease(std::uint32_t id, const LeaseSettings& settings) {
  auto outcome = std::make_shared<Outcome>();
  detail::SettingsCompletion done(
      [outcome](boost::system::error_code error) {
        outcome->answered = true;
        outcome->error = error;
      },
      boost::asio::system_executor());
  const auto bytes = LeaseDecree{settings}.encode();
  engine(id).propose(std::move(done),
                     Value{ValueKind::lease_settings, {}, {}, Payload::copy_of(bytes)});
  return outcome;
}

OutcomeRef Group::read(std::uint32_t id, Consistency consistency) {
  auto outcome = std::make_shared<Outcome>();
  const boost::asio::any_io_executor here = boost::asio::system_executor();
  detail::ReadCompletion done(
      [outcome](boost::system::error_code error) {
        outcome->answered = true;
        outcome->error = error;
      },
      here);
  engine(id).read(
      [this, id, outcome] { outcome->text = std::to_string(machine(id).commands.size()); },
      consistency, std::move(done));
  return outcome;
}

bool Group::run_until(const std::function<bool()>& condition, leases::Duration limit) {
  const leases::Time end = now_ + limit;
  while (!condition()) {
    if (step()) continue;
    leases::Time next = end;
    for (std::uint32_t id = 1; id < nodes_.size(); ++id) {
      const Node& each = node(id);
      if (each.engine == nullptr || each.paused) continue;
      const leases::Time deadline = each.engine->next_deadline();
      if (deadline != leases::kNever) next = std::min(next, deadline - each.clock.skew);
    }
    if (now_ >= end) return false;
    now_ = std::max(next, now_ + leases::Duration::micros(1));
  }
  return true;
}

void Group::run_for(leases::Duration duration) {
  const leases::Time end = now_ + duration;
  run_until([] { return false; }, end - now_);
}

bool Group::step() {
  const bool delivered = deliver();
  return turn() || delivered;
}

bool Group::deliver() {
  bool any = false;
  for (std::uint32_t from = 1; from < nodes_.size(); ++from) {
    for (std::uint32_t to = 1; to < nodes_.size(); ++to) {
      auto& queue = node(from).link.queues.at(to);
      if (node(to).engine == nullptr || node(to).paused || node(from).paused) continue;
      if (held_.at(from).at(to)) continue;
      while (!queue.empty()) {
        const Payload frame = std::move(queue.front());
        queue.pop_front();
        for (int copy = 0; copy < copies_; ++copy) {
          node(to).engine->on_frame(ReplicaId{from}, Payload::copy_of(frame.view));
        }
        any = true;
      }
    }
  }
  return any;
}

bool Group::turn() {
  bool any = false;
  for (std::uint32_t id = 1; id < nodes_.size(); ++id) {
    Node& each = node(id);
    if (each.engine == nullptr || each.paused) continue;
    // A disk in memory completes writes at the next poll, which only a turn makes.
    const bool writes = !each.engine->log_is_quiet() || each.disk->outstanding() > 0;
    if (!each.engine->has_work() && !writes && each.clock.now() < each.engine->next_deadline()) {
      continue;
    }
    const bool useful = each.engine->has_work() || each.clock.now() >= each.engine->next_deadline();
    const std::size_t before = each.disk->outstanding();
    each.engine->turn();
    each.engine->check_invariants();
    any = any || useful || each.disk->outstanding() != before;
  }
  return any;
}

std::uint32_t Group::elect() {
  std::uint32_t leader = 0;
  run_until([&] {
    for (std::uint32_t id = 1; id < nodes_.size(); ++id) {
      const Node& each = node(id);
      if (each.engine == nullptr || each.events.empty() || each.paused) continue;
      const bool started = each.events.back().kind != LeadershipEvent::Kind::ended;
      if (started && each.engine->status().role == Role::leader) leader = id;
    }
    return leader != 0;
  });
  return leader;
}

Engine& Group::engine(std::uint32_t id) { return *node(id).engine; }
const Journalist& Group::machine(std::uint32_t id) const { return node(id).machine; }
wal::MemoryDisk& Group::disk(std::uint32_t id) { return *node(id).disk; }
wal::MemoryFiles& Group::files(std::uint32_t id) { return node(id).files; }
const std::vector<LeadershipEvent>& Group::events(std::uint32_t id) const {
  return node(id).events;
}
const std::vector<std::string>& Group::notices(std::uint32_t id) const { return node(id).notices; }

bool Group::was_noted(std::uint32_t id, const std::string& what) const {
  return std::ranges::any_of(
      notices(id), [&](const std::string& line) { return line.find(what) != std::string::npos; });
}

}  // namespace decree::replica
