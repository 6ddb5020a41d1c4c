// A replica of a replicated state machine: the whole of Decree behind one handle.
#ifndef DECREE_REPLICA_H_
#define DECREE_REPLICA_H_

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "decree/completion.h"
#include "decree/error.h"
#include "decree/options.h"
#include "decree/stages.h"
#include "decree/state_machine.h"
#include "decree/status.h"
#include "decree/types.h"

namespace decree {

enum class Consistency {
  linearizable,  // by the leader's lease, else by one quorum round
  local,         // whatever this replica has applied, possibly long ago
};

/// Names one client over retries: a command that is proposed again with the same session and
/// sequence is applied once and answered the same.
struct Session {
  ClientId client;
  Sequence sequence;  // 1 for the first command, one more for each new one
};

/// Owns the engine: its thread, log and connections. Every member function may be called from any
/// thread; what is passed to it is used on the engine's thread. Completion handlers run on their
/// associated executor, which is the engine's own if they have none.
class Replica {
 public:
  /// Opens the directory, replays its log into `machine` and joins the group. `machine` must
  /// outlive the replica and belongs to the engine's thread until then. Throws OpenError.
  static Replica open(const Options& options, StateMachine& machine);

  Replica(Replica&&) noexcept;
  Replica& operator=(Replica&&) noexcept;
  ~Replica();  // close()

  /// Proposes a command at any replica; completes with `void(boost::system::error_code, Reply)`
  /// once it is chosen and applied at the leader. The bytes are copied before this returns.
  /// Commands of one thread are proposed in the order of the calls, as long as the leader stays.
  template <typename CompletionToken>
  auto async_propose(std::span<const std::byte> command, CompletionToken&& token) {
    return async_propose(Session{}, command, std::forward<CompletionToken>(token));
  }
  template <typename CompletionToken>
  auto async_propose(std::string_view command, CompletionToken&& token) {
    return async_propose(Session{}, std::as_bytes(std::span(command)),
                         std::forward<CompletionToken>(token));
  }
  /// The same, exactly once over retries. A session has one command in flight at a time.
  template <typename CompletionToken>
  auto async_propose(Session session, std::span<const std::byte> command, CompletionToken&& token) {
    return boost::asio::async_initiate<CompletionToken, void(boost::system::error_code, Reply)>(
        [this](auto handler, Session named, std::span<const std::byte> bytes) {
          start_propose(named, bytes, detail::ProposeCompletion(std::move(handler), executor()));
        },
        token, session, command);
  }

  /// Opens a session; completes with `void(boost::system::error_code, ClientId)`. The oldest of
  /// more than 10,000 sessions, by last use, is evicted.
  template <typename CompletionToken>
  auto async_open_session(CompletionToken&& token) {
    return boost::asio::async_initiate<CompletionToken, void(boost::system::error_code, ClientId)>(
        [this](auto handler) {
          start_open_session(detail::SessionCompletion(std::move(handler), executor()));
        },
        token);
  }

  /// Has the group decide on these lease settings, at any replica; completes with
  /// `void(boost::system::error_code)` once they are chosen and in force at the leader. From there
  /// on no lease is held by what was granted under others. May be tried again whatever the error.
  template <typename CompletionToken>
  auto async_set_lease(const LeaseSettings& settings, CompletionToken&& token) {
    return boost::asio::async_initiate<CompletionToken, void(boost::system::error_code)>(
        [this](auto handler, const LeaseSettings& wanted) {
          start_set_lease(wanted, detail::SettingsCompletion(std::move(handler), executor()));
        },
        token, settings);
  }

  /// Runs `read` on the engine's thread, where it may look at the state machine; completes with
  /// `void(boost::system::error_code)` after it. Linearizable reads at a follower ask the leader
  /// from which slot on they may run, and run here.
  template <typename CompletionToken>
  auto async_read(std::function<void()> read, Consistency consistency, CompletionToken&& token) {
    return boost::asio::async_initiate<CompletionToken, void(boost::system::error_code)>(
        [this](auto handler, std::function<void()> body, Consistency wanted) {
          start_read(std::move(body), wanted,
                     detail::ReadCompletion(std::move(handler), executor()));
        },
        token, std::move(read), consistency);
  }

  /// True while no other replica can have announced anything that this one has not applied. One
  /// atomic load and one clock read.
  [[nodiscard]] bool holds_lease() const noexcept;

  /// `handler` is called on the engine's thread at each change, and at once if this replica leads
  /// now; it replaces the former one.
  void on_leadership(std::function<void(const LeadershipEvent&)> handler);

  /// `handler` is called on the engine's thread when a batch of commits was answered here, at the
  /// leader, with where its time went; it replaces the former one, and none costs nothing. One
  /// batch is timed at a time, at five clock reads.
  void on_stages(std::function<void(const CommitStages&)> handler);

  /// Hands leading over to that replica, none: to the first in the order of succession that is fit
  /// for it. Returns when that has begun: requests wait meanwhile, none fails. on_leadership()
  /// tells the end; if it cannot be brought about within five suspicions this replica goes on
  /// leading. not_leader if this replica leads not, or not yet; busy if that replica, or each, is
  /// not connected, behind, or not fit to lead. Any thread.
  boost::system::error_code hand_over(ReplicaId to = {});

  /// The program's own judgement; at first it is healthy. A leader that is not hands over as soon
  /// as another is fit to lead, and leads on if none is. Any thread.
  void report_health(bool healthy);

  [[nodiscard]] Status status() const;

  /// The engine's thread as an executor. Work posted here shares a thread with the protocol: it
  /// must not block.
  [[nodiscard]] boost::asio::any_io_executor executor() const noexcept;

  /// Hands leading over, for up to a second while what is in flight is answered, then answers the
  /// rest (outcome_unknown), makes the log durable, joins the thread. Idempotent. Must not be
  /// called from the engine's thread.
  void close();

 private:
  class Impl;
  explicit Replica(std::unique_ptr<Impl> impl);
  void start_propose(Session session, std::span<const std::byte> command,
                     detail::ProposeCompletion done);
  void start_open_session(detail::SessionCompletion done);
  void start_set_lease(const LeaseSettings& settings, detail::SettingsCompletion done);
  void start_read(std::function<void()> read, Consistency consistency, detail::ReadCompletion done);

  std::unique_ptr<Impl> impl_;
};

}  // namespace decree

#endif  // DECREE_REPLICA_H_
