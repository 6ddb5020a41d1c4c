#include "tests/hotpath/commit_path.h"

#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include "paxos/assert.h"
#include "transport/asio_network.h"
#include "transport/frame.h"
#include "transport/receive_buffer.h"

namespace decree::hotpath {

namespace {

constexpr leases::Duration kRound = leases::Duration::micros(10);

class Nothing final : public StateMachine {
 public:
  void apply(const Entry&, Reply&) override {}
  std::unique_ptr<SnapshotView> snapshot() override { return nullptr; }
  void restore(SnapshotReader&) override {}
};

}  // namespace

/// What a node sends, until it is delivered.
class CommitPath::Wire final : public transport::Network {
 public:
  void send(ReplicaId, const Payload& frame) override { frames.push_back(frame); }
  void flush() override {}
  [[nodiscard]] bool connected(ReplicaId) const override { return true; }

  std::vector<Payload> frames;
  std::vector<Payload> arriving;
};

struct CommitPath::Node {
  Node(const Options& options, const leases::Clock& clock)
      : id(options.id), engine(options, machine, clock, [](const std::string&) {}) {
    std::string problem;
    if (!engine.recover(disk, {Incarnation{100 + id.value}, 1}, clock.now(), problem)) {
      throw std::runtime_error(problem);
    }
    engine.start(wire);
  }

  ReplicaId id;
  InstantDisk disk;
  Nothing machine;
  Wire wire;
  transport::ReceiveBuffer received{transport::NetworkLimits{}.receive_bytes};
  replica::Engine engine;
};

CommitPath::CommitPath(std::size_t payload_bytes) : command_(payload_bytes, std::byte{'x'}) {
  Options options;
  options.cluster = 1;
  options.directory = "nowhere";
  options.members = {{ReplicaId{1}, "nowhere", 1}, {ReplicaId{2}, "nowhere", 2}};
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    options.id = options.members[i].id;
    options.priority = static_cast<std::uint32_t>(nodes_.size() - i);  // so that the first leads
    nodes_[i] = std::make_unique<Node>(options, clock_);
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    Node& other = *nodes_[1 - i];
    std::string reason;
    nodes_[i]->engine.on_hello(other.id);
    nodes_[i]->engine.admit(other.id, transport::Handshake::answer, other.engine.introduce(),
                            reason);
    nodes_[i]->engine.on_connected(other.id, other.engine.identity().incarnation);
  }
  while (!nodes_[0]->engine.holds_lease()) {
    round();
    clock_.time = clock_.time + leases::Duration::millis(1);
  }
  settle();
}

CommitPath::~CommitPath() = default;

void CommitPath::propose() {
  auto done = [this](const boost::system::error_code& error, const Reply&) {
    DECREE_ASSERT(!error, "nothing fails here");
    ++committed_;
  };
  Value value{ValueKind::command, {}, {}, nodes_[0]->engine.keep(command_)};
  last_kept_ = value.bytes.view.data();
  nodes_[0]->engine.propose(detail::ProposeCompletion(std::move(done), io_.get_executor()),
                            std::move(value));
}

void CommitPath::commit(std::size_t batches, std::size_t batch) {
  for (std::size_t i = 0; i < batches; ++i) {
    const std::size_t goal = committed_ + batch;
    for (std::size_t k = 0; k < batch; ++k) propose();
    while (committed_ < goal) round();
    clock_.time = clock_.time + kRound;
  }
}

void CommitPath::round() {
  for (const auto& node : nodes_) turn(*node);
  deliver(*nodes_[0], *nodes_[1]);
  deliver(*nodes_[1], *nodes_[0]);
}

/// Until nobody has anything to do.
void CommitPath::settle() {
  for (int quiet = 0; quiet < 4; ++quiet) round();
}

void CommitPath::turn(Node& node) {
  if (node.disk.ready()) node.engine.log_ready();
  if (node.engine.has_work() || clock_.now() >= node.engine.next_deadline()) node.engine.turn();
}

void CommitPath::deliver(Node& from, Node& to) {
  std::swap(from.wire.frames, from.wire.arriving);
  for (const Payload& frame : from.wire.arriving) {
    const std::less_equal<> not_behind;  // of any two addresses
    if (not_behind(frame.view.data(), last_kept_) &&
        not_behind(last_kept_ + command_.size(), frame.view.data() + frame.size())) {
      ++frames_in_place_;
    }
    const std::span<std::byte> space = to.received.space(frame.size());
    std::memcpy(space.data(), frame.view.data(), frame.size());
    to.received.received(frame.size());
    DECREE_ASSERT(transport::checksum_good(to.received.unread()), "as at the door");
    to.engine.on_frame(from.id, to.received.take(frame.size()));
  }
  from.wire.arriving.clear();
}

}  // namespace decree::hotpath
