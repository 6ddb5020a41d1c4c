// The simulated network: connections between replicas that are slow, break, and lose what was on
// its way.
#ifndef DECREE_SIM_NETWORK_H_
#define DECREE_SIM_NETWORK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "decree/sim.h"
#include "decree/types.h"
#include "paxos/buffer.h"
#include "paxos/message.h"
#include "sim/timeline.h"
#include "transport/network.h"

namespace decree::sim {

/// Rates of what befalls frames; parts of a million.
struct NetworkMood {
  Duration latency = Duration::micros(40);
  Duration spread = Duration::micros(40);
  std::uint64_t tail_ppm = 0;  // frames that take far longer
  Duration tail = Duration::millis(20);
  std::uint64_t loss_ppm = 0;       // frames with which the connection breaks, unnoticed at first
  std::uint64_t duplicate_ppm = 0;  // frames that arrive again later
  std::uint64_t queue_bytes = 8u << 20;  // of a connection; more breaks it
};

/// Which of a replica's lives a connection reaches: 0 while it is down, else one more each start.
using Life = std::uint64_t;

/// The replicas, as the network reaches them. What arrives waits until the replica takes it.
class Sites {
 public:
  virtual ~Sites() = default;
  [[nodiscard]] virtual Life life(ReplicaId id) const = 0;
  virtual void arrive_frame(ReplicaId at, ReplicaId from, const Payload& frame) = 0;
  /// The replica does this when it gets to it, unless its life ends before.
  virtual void post(ReplicaId at, std::function<void(transport::NetworkEvents&)> task) = 0;
  /// For the record.
  virtual void sent(ReplicaId from, ReplicaId to, const Payload& frame) = 0;
  virtual void note(ReplicaId at, const std::string& line) = 0;
};

/// One connection a direction, as transport/network.h wants it: in order until it breaks. Of what
/// was on its way then any part may be lost, or come in after a later connection's frames.
class Network {
 public:
  Network(Timeline& timeline, Sites& sites, std::size_t replicas, Random random);

  NetworkMood mood;

  void send(ReplicaId from, ReplicaId to, const Payload& frame);
  [[nodiscard]] bool connected(ReplicaId from, ReplicaId to) const;

  /// The replica's present life has let the peer in at some time.
  [[nodiscard]] bool has_met(ReplicaId at, ReplicaId peer) const;
  /// A connection to the peer's present life, which has let this replica in.
  [[nodiscard]] bool reaches(ReplicaId from, ReplicaId to) const;

  /// The replica has started: it dials and is dialled.
  void started(ReplicaId id);
  /// Its process is gone. `silently`: peers find out late, as when its power is lost.
  void stopped(ReplicaId id, bool silently);
  /// Breaks the connection; of what is on its way some still arrives.
  void reset(ReplicaId from, ReplicaId to);
  /// Nothing passes. What is sent meanwhile passes afterwards (`loses` false) or is lost with the
  /// connection.
  void block(ReplicaId from, ReplicaId to, bool loses);
  void unblock(ReplicaId from, ReplicaId to);
  void unblock_all();
  /// Frames take this much longer.
  void clog(ReplicaId from, ReplicaId to, Duration delay);
  /// Nothing passes any more, either way, whatever else is unblocked.
  void seal(ReplicaId a, ReplicaId b);

 private:
  enum class State : std::uint8_t { idle, dialling, open };
  struct Link {
    State state = State::idle;
    std::uint64_t attempt = 0;  // of dialling; what belongs to an older one is ignored
    Life from_life = 0;
    Life to_life = 0;
    bool broken = false;  // what is sent is lost, and the sender does not know yet
    bool blocked = false;
    bool sealed = false;  // blocked for good
    bool loses = false;
    Duration clog;
    Duration backoff;
    Time last_arrival;  // frames keep their order
    std::uint64_t in_flight = 0;
    std::uint64_t sent = 0;        // frames, over all connections
    std::uint64_t lost_from = 0;   // of these, some from here ...
    std::uint64_t lost_to = 0;     // ... to before this were lost by a reset:
    std::uint64_t lost_which = 0;  // those whose bit is set
    std::deque<Payload> held;      // until the block ends
  };

  Link& link(ReplicaId from, ReplicaId to) { return links_.at(from.value).at(to.value); }
  [[nodiscard]] const Link& link(ReplicaId from, ReplicaId to) const {
    return links_.at(from.value).at(to.value);
  }
  Duration delay(const Link& link);
  void transmit(ReplicaId from, ReplicaId to, const Payload& frame);
  void dial(ReplicaId from, ReplicaId to);
  void dial_later(ReplicaId from, ReplicaId to);
  void send_hello(ReplicaId from, ReplicaId to, std::uint64_t attempt,
                  transport::NetworkEvents& dialler);
  void hello_arrives(ReplicaId from, ReplicaId to, std::uint64_t attempt,
                     const transport::Introduction& hello);
  void answer_arrives(ReplicaId from, ReplicaId to, std::uint64_t attempt, Life to_life,
                      const transport::Introduction& answer);
  [[nodiscard]] bool is_admitted(ReplicaId at, ReplicaId peer, transport::Handshake part,
                                 const transport::Introduction& stated,
                                 transport::NetworkEvents& judge);
  void close(ReplicaId from, ReplicaId to, Duration noticed_after);
  void lose_some(Link& each);

  Timeline& timeline_;
  Sites& sites_;
  Random random_;
  std::size_t replicas_;
  std::array<std::array<Link, kMaxReplicas + 1>, kMaxReplicas + 1> links_;
  std::array<std::array<Life, kMaxReplicas + 1>, kMaxReplicas + 1> met_{};  // in which life
};

/// The network as one replica sees it.
class Port final : public transport::Network {
 public:
  /// `stop_here` is called before each frame leaves: a place where the replica can be stopped.
  Port(sim::Network& network, ReplicaId self, std::function<void()> stop_here)
      : network_(network), self_(self), stop_here_(std::move(stop_here)) {}
  void send(ReplicaId to, const Payload& frame) override {
    stop_here_();
    network_.send(self_, to, frame);
  }
  void flush() override {}
  [[nodiscard]] bool connected(ReplicaId to) const override {
    return network_.connected(self_, to);
  }

 private:
  sim::Network& network_;
  ReplicaId self_;
  std::function<void()> stop_here_;
};

}  // namespace decree::sim

#endif  // DECREE_SIM_NETWORK_H_
