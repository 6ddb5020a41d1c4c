// The clients of a run: what they ask, what they are told, and whether they may be told that.
#ifndef DECREE_SIM_CROWD_H_
#define DECREE_SIM_CROWD_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "decree/replica.h"
#include "decree/sim.h"
#include "sim/plan.h"
#include "sim/world.h"

namespace decree::sim {

/// Clients live in the replicas' processes and move on when one dies. Each has one request at a
/// time and gives up after a while; one with a session sends the same request again elsewhere.
class Crowd {
 public:
  Crowd(World& world, const Plan& plan, const Subject& subject);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  /// Clients ask from now on; until when stop() is called.
  void begin();
  void stop();
  /// Clients that come for one write each, so long after one another.
  void overload(ReplicaId at, std::uint64_t count, Duration apart);
  void calls_lost(ReplicaId at, Life life);
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

  /// Each client writes once and reads once at one of these replicas, again and again until it is
  /// done. True once all have.
  void ask_once_more(const std::vector<ReplicaId>& core);
  [[nodiscard]] bool all_answered() const;

  /// After the run: nothing acknowledged is missing, nothing refused is there, and the subject has
  /// no objection.
  void judge();
  [[nodiscard]] std::uint64_t done() const { return done_; }

 private:
  struct Client;
  struct Request;

  Client& add_client();
  void next(Client& client);
  void ask(Client& client);
  void issue(Client& client);
  void issue_session(Client& client, replica::Engine& engine, std::uint64_t attempt);
  void issue_write(Client& client, replica::Engine& engine, std::uint64_t attempt);
  void issue_read(Client& client, ReplicaId at, replica::Engine& engine, std::uint64_t attempt);
  void answered_write(Client& client, std::uint64_t attempt, boost::system::error_code error,
                      const Reply& reply);
  void answered_read(Client& client, std::uint64_t attempt, boost::system::error_code error);
  void failed(Client& client, boost::system::error_code error);
  void give_up(Client& client, std::uint64_t attempt);
  void retry_later(Client& client);
  void retry_or_end(Client& client);
  void end_undone(Client& client);
  void finish(Client& client, Call::Outcome outcome);
  [[nodiscard]] ReplicaId choose_replica(Client& client);
  void check_order(const Request& request, Slot slot, const char* what);
  void judge_write(const Request& request);
  void judge_reads();

  World& world_;
  const Plan& plan_;
  const Subject& subject_;
  Random random_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::deque<Request> requests_;
  std::size_t waiting_ = 0;
  std::uint64_t done_ = 0;
  CommandId last_command_ = 0;
  Slot floor_;  // what has returned says that everything through here is decided and visible
  bool stopped_ = true;
  std::vector<ReplicaId> core_;  // the replicas of the last requests
};

}  // namespace decree::sim

#endif  // DECREE_SIM_CROWD_H_
