// A group of engines in one thread: hand-moved time, disks in memory, links that can be cut.
#ifndef DECREE_TESTS_REPLICA_GROUP_H_
#define DECREE_TESTS_REPLICA_GROUP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decree/replica.h"
#include "leases/clock.h"
#include "replica/engine.h"
#include "tests/support/memory_disk.h"
#include "transport/network.h"

namespace decree::replica {

/// Keeps what was applied; replies with how many commands that makes.
class Journalist final : public StateMachine {
 public:
  void apply(const Entry& entry, Reply& reply) override {
    commands.emplace_back(entry.text());
    if (on_apply) on_apply();
    reply.assign(std::to_string(commands.size()));
  }
  std::unique_ptr<SnapshotView> snapshot() override;
  void restore(SnapshotReader& reader) override;

  std::vector<std::string> commands;
  std::function<void()> on_apply;
};

/// What became of one call; empty until it is answered.
struct Outcome {
  bool answered = false;
  boost::system::error_code error;
  std::string text;
  Token token;
};
using OutcomeRef = std::shared_ptr<Outcome>;

/// The replicas are 1..n. Time stands still while anything is on its way and moves to the next
/// deadline when nothing is: a message takes no time unless its link holds it back.
class Group {
 public:
  explicit Group(std::size_t replicas);
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  Options options;       // of all replicas; change it before start()
  ScrubPace scrub_pace;  // likewise
  void start(std::uint32_t id, bool learns_only = false);
  void start_all();
  /// Power loss: of each block that was not durable `survives` says whether it was written.
  void kill(
      std::uint32_t id, const std::function<bool()>& survives = [] { return false; });
  /// A replica that is paused does nothing; its clock and its input go on.
  void pause(std::uint32_t id, bool paused);
  /// What is sent on the link stays on its way, in order, until it is held no more.
  void hold_link(std::uint32_t from, std::uint32_t to, bool hold);
  /// What is sent on the link from now on is lost.
  void cut(std::uint32_t from, std::uint32_t to);
  /// From now on every frame arrives twice, on all links.
  void deliver_twice() { copies_ = 2; }
  /// Cuts all links of a replica, both ways. Nobody is told: silence.
  void isolate(std::uint32_t id);
  /// Links work again, after the reconnect that a loss is followed by.
  void heal();
  /// Writes of the replica stay outstanding.
  void hold_disk(std::uint32_t id, bool hold);
  /// Each command takes the replica's state machine so long.
  void slow_apply(std::uint32_t id, leases::Duration each);
  /// The clock of one replica jumps.
  void skew(std::uint32_t id, leases::Duration by);

  OutcomeRef propose(std::uint32_t id, std::string_view command, Session session = {});
  OutcomeRef open_session(std::uint32_t id);
  OutcomeRef set_lease(std::uint32_t id, const LeaseSettings& settings);
  /// The outcome's text is the number of commands applied when the read ran.
  OutcomeRef read(std::uint32_t id, Consistency consistency = Consistency::linearizable);

  /// Runs until the condition holds; false if `limit` of virtual time went by.
  bool run_until(const std::function<bool()>& condition,
                 leases::Duration limit = leases::Duration::millis(5000));
  void run_for(leases::Duration duration);
  /// Runs until a replica leads and its announcements are open; returns it, 0 if none.
  std::uint32_t elect();

  [[nodiscard]] leases::Time now() const { return now_; }
  [[nodiscard]] Engine& engine(std::uint32_t id);
  [[nodiscard]] const Journalist& machine(std::uint32_t id) const;
  [[nodiscard]] wal::MemoryDisk& disk(std::uint32_t id);
  [[nodiscard]] wal::MemoryFiles& files(std::uint32_t id);
  /// Frames sent so far, all links together.
  [[nodiscard]] std::uint64_t frames_sent() const { return frames_sent_; }
  [[nodiscard]] const std::vector<LeadershipEvent>& events(std::uint32_t id) const;
  [[nodiscard]] const std::vector<std::string>& notices(std::uint32_t id) const;
  /// One of them contains this.
  [[nodiscard]] bool was_noted(std::uint32_t id, const std::string& what) const;

 private:
  class Clock;
  class Link;
  struct Node;

  bool step();
  bool deliver();
  bool turn();
  bool greet(std::uint32_t from, std::uint32_t to);
  void connect(std::uint32_t from, std::uint32_t to);
  void disconnect(std::uint32_t from, std::uint32_t to);
  [[nodiscard]] Node& node(std::uint32_t id) const { return *nodes_.at(id); }

  leases::Time now_{1'000'000'000};
  std::vector<std::unique_ptr<Node>> nodes_;  // by id, 0 unused
  std::array<std::array<bool, 10>, 10> cut_{};
  std::array<std::array<bool, 10>, 10> held_{};
  std::array<std::array<bool, 10>, 10> connected_{};
  std::uint64_t frames_sent_ = 0;
  int copies_ = 1;  // of a frame that arrive
  std::uint64_t next_incarnation_ = 1;
};

}  // namespace decree::replica

#endif  // DECREE_TESTS_REPLICA_GROUP_H_
