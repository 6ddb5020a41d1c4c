// One replica without a thread of its own: feeds events to the protocol, the leases, the log and
// the network, and carries out what they answer.
#ifndef DECREE_REPLICA_ENGINE_H_
#define DECREE_REPLICA_ENGINE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "decree/options.h"
#include "decree/replica.h"
#include "decree/state_machine.h"
#include "decree/status.h"
#include "leases/clock.h"
#include "leases/clock_monitor.h"
#include "leases/grantor.h"
#include "leases/health.h"
#include "leases/lease.h"
#include "leases/omega.h"
#include "leases/wait.h"
#include "paxos/core.h"
#include "paxos/ring.h"
#include "replica/answers.h"
#include "replica/applier.h"
#include "replica/catch_up.h"
#include "replica/log_budget.h"
#include "replica/peers.h"
#include "replica/proposals.h"
#include "replica/reads.h"
#include "replica/scrub_pace.h"
#include "replica/stage_timer.h"
#include "replica/standing.h"
#include "replica/state_transfer.h"
#include "transport/codec.h"
#include "transport/network.h"
#include "wal/log.h"

namespace decree::replica {

/// What is drawn by chance: what a directory gets that has none yet, and the name of a start.
struct Fresh {
  Incarnation incarnation;    // none: the kernel draws it
  std::uint64_t secret = 0;   // seed of its checksums; 0: likewise
  std::uint64_t process = 0;  // of this start, be the directory fresh or not; 0: likewise
};

/// Runs on one thread, which calls turn() whenever has_work() or next_deadline() has come. Clock,
/// disk and network are seams: the same engine runs in a simulator.
class Engine final : public transport::NetworkEvents {
 public:
  /// A line for the program's log.
  using Notice = std::function<void(const std::string&)>;

  /// `machine` and `clock` must outlive the engine.
  Engine(const Options& options, StateMachine& machine, const leases::Clock& clock, Notice notice);
  ~Engine() override;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // --- Start and end.
  /// Opens the log and replays it into the machine. `locked` is when the directory's lock was
  /// taken. False with `problem` set if the log cannot be opened.
  bool recover(wal::Disk& disk, const Fresh& fresh, leases::Time locked, std::string& problem);
  [[nodiscard]] wal::Identity identity() const { return identity_; }
  /// Before start(): it learns what is chosen, and neither votes, nor grants, nor leads.
  void learn_only() { learns_only_ = true; }
  /// From here on the engine takes part. `network` must outlive its use.
  void start(transport::Network& network, const ScrubPace& scrub_pace = {});
  /// Begins to hand over to that follower, none: to the first that is fit. Nothing is placed until
  /// all that was placed is answered and the successor has it; then it leads no more, or, if that
  /// takes too long, it goes on leading. not_leader, or busy if no such follower is fit to lead.
  boost::system::error_code hand_over(ReplicaId to = {});
  /// Hands over as soon as some follower is fit to lead.
  void leave();
  /// Another leads, or nobody is there who could.
  [[nodiscard]] bool has_left() const;
  /// Leads no more, whatever is in flight, and names a successor if it led.
  void release_leadership();
  /// What the program thinks of itself: see Replica::report_health().
  void report_health(bool healthy);
  /// Takes nothing any more and answers everything that waits.
  void shut();
  /// Waits for the disk; nothing is appended after it.
  void close_log() {
    if (log_) log_->close();
  }
  /// All that was appended is durable, or never will be.
  [[nodiscard]] bool log_is_quiet() const;

  // --- Events. They are taken in; turn() acts on them.
  /// A copy of a command's bytes, for a proposal right after it: copied once more only if it does
  /// not travel with those that were kept before and after it.
  Payload keep(std::span<const std::byte> command) { return encoder_.keep(command); }
  void propose(Requester requester, Value value);
  void read(std::function<void()> body, Consistency consistency, detail::ReadCompletion done);
  void log_ready() { log_ready_ = true; }
  [[nodiscard]] transport::Introduction introduce() override;
  void on_hello(ReplicaId peer) override;
  void on_frame(ReplicaId from, Payload frame) override;
  void on_connected(ReplicaId peer, Incarnation incarnation) override;
  void on_disconnected(ReplicaId peer) override;
  bool admit(ReplicaId peer, transport::Handshake part, const transport::Introduction& stated,
             std::string& reason) override;
  void on_notice(const std::string& line) override { notice_(line); }

  [[nodiscard]] bool has_work() const;
  /// Commits are going through, so that something is likely to happen soon.
  [[nodiscard]] bool is_busy(leases::Time now) const { return now < busy_until_; }
  /// When turn() has something to do if nothing happens before.
  [[nodiscard]] leases::Time next_deadline() const;
  /// One turn: take what is ready, step the protocol, and then in this order: send accepts,
  /// persist, acknowledge, apply, announce, answer.
  void turn();
  /// The last step of a turn: completes callers, who may call the engine again.
  void answer() { answers_.deliver(); }

  // --- State.
  [[nodiscard]] bool holds_lease() const { return lease_.valid(clock_); }  // any thread
  [[nodiscard]] bool leads() const { return static_cast<bool>(leading_); }
  [[nodiscard]] Status status() const;
  void on_leadership(std::function<void(const LeadershipEvent&)> handler);
  void on_stages(StageTimer::Handler handler) { stages_.tell(std::move(handler)); }
  // For the simulator and tests.
  [[nodiscard]] const paxos::Core& core() const { return core_; }
  [[nodiscard]] std::uint64_t applied_digest() const { return applier_.digest(); }
  [[nodiscard]] bool waits_for_leases() const { return leading_ && !waited_; }
  [[nodiscard]] std::size_t appends_waiting() const { return appends_.size(); }
  [[nodiscard]] bool has_failed() const { return failed_; }
  [[nodiscard]] std::size_t damages_found() const { return damage_found_.size(); }
  /// Asserts what must hold between any two turns, the bounds of queues too. Slow: for tests.
  void check_invariants() const;

 private:
  class Contents;

  /// A frame or a change of a connection, in the order in which they happened.
  struct Input {
    enum class Kind : std::uint8_t { frame, connected, disconnected };
    Kind kind;
    ReplicaId from;
    Payload frame;
  };

  // The turn, step by step.
  void take_input(Lsn durable, leases::Time now);
  void judge_timers(leases::Time now);
  void carry_out(leases::Time now);
  void send_accepts(leases::Time now);
  void persist(leases::Time now);
  void acknowledge(leases::Time now);
  void serve_fetches();
  void apply(leases::Time now);
  [[nodiscard]] bool applying_takes_long(int done, leases::Time began);
  void announce(leases::Time now);

  // Input.
  void take(Input input);
  /// What a peer said before a handshake counts in it, although it is stepped later.
  void hear_what_waits(ReplicaId peer);
  void step_frame(const Input& input, leases::Time now);
  [[nodiscard]] bool has_room_for(const Message& message);
  void learn(ReplicaId from, const Message& message, const Payload& frame);
  /// Tells the parts that know about time, before the core steps. False: the core must not see it.
  bool notice_time(ReplicaId from, const Message& message, LeaseEcho& echo, leases::Time now);
  /// Tells them what the core made of it.
  void after_step(ReplicaId from, const Message& message, const LeaseEcho& echo, leases::Time now);
  bool may_take(ReplicaId from, const Prepare& prepare);
  void take_release(const Release& release, leases::Time now);
  [[nodiscard]] LeaseEcho grant(const Ballot& ballot, const LeaseAsk& ask, leases::Time now);
  void take_promise(ReplicaId from, const Promise& promise, leases::Time now);
  void count_own_promise(leases::Time now);
  void take_forward(ReplicaId from, const Forward& forward);
  void take_forward_answer(ReplicaId from, const ForwardAnswer& forward, leases::Time now);
  void take_read_point(ReplicaId from, const ReadPoint& question);
  void step_connection(const Input& input, leases::Time now);
  void log_durable(Lsn durable, leases::Time now);
  void log_failed();

  // Roles.
  void follow_core(leases::Time now);
  void became_leader(const Ballot& ballot, leases::Time now);
  void ceased_to_lead(leases::Time now);
  void act_on_omega(leases::Time now);
  void campaign(const Ballot& above, const Ballot& hand_over, leases::Time now);
  void campaign_again_if_stuck(leases::Time now);
  void open_announcements_if_waited(leases::Time now);
  void beat(leases::Time now);
  void tell_leadership(LeadershipEvent::Kind kind);
  void watch_lease(leases::Time now);
  void watch_clock(leases::Time now);
  void follow_lease_settings();
  void propose_lease_settings();
  void persist_lease();
  void found_leader(leases::Time now);

  // Snapshots.
  Lsn restate();
  void keep_snapshots();
  void restated();
  void snapshot_ended(std::error_code error);
  void receive_snapshot();
  void take_snapshot_chunk(ReplicaId from, const SnapshotChunk& chunk);
  void send_snapshot(ReplicaId to, const std::optional<SnapshotChunk>& chunk);
  void install_snapshot();
  void storage_failed(const std::string& reason);

  // Health and hand-over.
  void judge_health(leases::Time now);
  [[nodiscard]] ReplicaId fit_successor(leases::Time now) const;
  void begin_hand_over(ReplicaId successor, leases::Time now);
  void go_on_handing_over(leases::Time now);
  [[nodiscard]] bool may_drain(leases::Time now);
  void release_to(ReplicaId successor);

  // Requests.
  void place_or_forward(leases::Time now);
  void place_front();
  /// There is room in the log for another proposal; if not, it is looked at again soon.
  [[nodiscard]] bool log_admits(leases::Time now);
  void forward_front(ReplicaId leader);
  [[nodiscard]] bool acceptable(const Value& settings) const;
  void answer_now(Requester requester, Errc error);
  void serve_reads(leases::Time now);
  /// The other replica that leads and can be reached, or none.
  [[nodiscard]] ReplicaId leader_to_ask(leases::Time now);
  [[nodiscard]] bool may_serve_reads() const;
  [[nodiscard]] PeerStatus peer_status(ReplicaId id) const;

  void send(ReplicaId to, const Message& message);
  void send(const paxos::ReplicaSet& to, const Message& message);
  [[nodiscard]] leases::Duration patience() const;
  [[nodiscard]] leases::Duration patience(const Requester& requester) const;
  [[nodiscard]] std::string recover_record(const Record& record);
  void recover_lease(std::uint64_t ns);
  void repair();
  void found_damage(const std::string& what);
  void scrub(leases::Time now);

  const Options options_;
  const leases::Clock& clock_;
  leases::Settings settings_;  // lease and rho: the group's, see follow_lease_settings()
  LeaseSettings lease_settings_;
  Notice notice_;
  paxos::Voters voters_;
  const LogBudget budget_;

  paxos::Core core_;
  std::optional<leases::Omega> omega_;                 // from start() on
  std::optional<leases::Health> health_;               // likewise
  std::optional<leases::ClockMonitor> clock_monitor_;  // likewise
  std::uint64_t clock_faults_ = 0;
  std::optional<leases::Grantor> grantor_;  // once the longest lease ever granted is recovered
  leases::Lease lease_;
  leases::Wait wait_;
  Applier applier_;
  Answers answers_;
  Proposals proposals_{answers_};
  Reads reads_{answers_};
  StageTimer stages_{clock_};
  transport::Encoder encoder_;
  transport::Decoder decoder_;
  std::unique_ptr<wal::Log> log_;
  transport::Network* network_ = nullptr;
  CatchUp catch_up_{decoder_};

  wal::Identity identity_;
  std::uint64_t process_ = 0;  // see transport::Introduction
  Peers peers_;
  Standing standing_;                // of all durable records
  leases::Duration longest_lease_;   // recovered
  std::optional<Lsn> lease_record_;  // the core's append that makes the longest lease durable

  /// A turn's records may be too many for one append of the log.
  struct Append {
    Lsn core;  // as the core counts: one for each turn with records
    Lsn log;   // the last of the log's appends that hold them
    Standing standing;
    leases::Time at;
  };
  Ring<Append> appends_;  // that are not durable yet
  leases::Time appended_at_;
  leases::Time busy_until_;
  leases::Duration disk_time_;             // of the newest append that is
  leases::Time mark_at_ = leases::kNever;  // when to note on the disk that all is durable

  /// What is to come before the next snapshot, and where the log will begin behind it.
  struct Restating {
    wal::LogStart start;
    Lsn record;             // the core's append
    bool incoming = false;  // a peer's snapshot, else one of this replica
  };
  std::uint64_t snapshot_at_segments_;  // in use: the next one is due
  bool snapshots_possible_ = true;      // until the state machine says that it has none
  std::optional<Restating> restating_;
  bool writing_snapshot_ = false;
  LogPace pace_;
  SnapshotSender sender_;
  SnapshotReceiver receiver_;

  // Input that waits for the next turn.
  std::vector<Input> arrived_;
  std::vector<Input> stepping_;
  bool log_ready_ = false;
  bool more_work_ = false;  // requests, or what a turn left for the next

  paxos::Output output_;
  std::vector<Payload> accept_frames_;  // of output_.accepts
  std::vector<Record> records_;

  // What the core's role was when it was last looked at.
  Ballot leading_;  // the ballot that this replica leads with, or none
  bool campaigning_again_ = false;
  bool waited_ = false;           // the leader's wait for older leases is over
  std::optional<Token> started_;  // the leadership that the program was told of
  bool had_lease_ = false;        // in this leadership
  bool in_doubt_ = false;
  Ballot followed_;  // the leader's ballot as Omega had it
  std::uint64_t leader_changes_ = 0;
  std::string leader_change_;  // the last one, in words
  Ballot led_before_;          // the last leader that was followed, or this replica's leadership
  std::uint64_t stuck_round_ = 0;  // the quorum round when that was noticed
  StartNumber candidate_start_;    // of the last prepare that was taken

  struct HandOver {
    ReplicaId successor;
    Ballot next;  // that it will lead with
    leases::Time drain_at;
    leases::Time until;
    bool impaired;                 // that is why
    leases::Time beat_at;          // so that it is heard who is ready
    paxos::ReplicaSet ready = {};  // their promises of that ballot are durable
    bool draining = false;         // nothing is placed any more
  };
  std::optional<HandOver> hand_over_;  // only while it leads
  bool leaving_ = false;
  leases::Time hand_over_after_;   // one that came to nothing is not tried again before
  leases::Time judge_health_at_;   // in whatever turn comes then
  std::uint64_t unfit_round_ = 0;  // the newest round when this leader found itself unfit
  leases::Impairment impairment_ = leases::Impairment::none;
  /// Who released its leadership and leads no other ballot yet: it lives, and answers what was
  /// forwarded to it.
  leases::PerReplica<bool> released_;
  Slot exposed_;  // the last slot of this leader that may be accepted somewhere
  /// The newest request of each peer: an older one is a duplicate, or its sender has given it up.
  std::array<std::uint64_t, kMaxReplicaId + 1> forwarded_{};
  leases::Time forward_after_;              // a leader that was none is not asked again before
  leases::Time retry_at_ = leases::kNever;  // when something waits for that
  leases::Time next_reminder_ = leases::kNever;
  bool shut_ = false;            // takes nothing any more
  bool failed_ = false;          // the log; this replica votes no more
  bool applies_slowly_ = false;  // it looks at the clock after each command
  std::string storage_error_;
  std::vector<std::string> damage_found_;
  /// Was found damaged at the start: RecordKind::repaired is to say so when it is here again.
  struct ToRepair {
    wal::DamagedPlaces places;
    Slot snapshot;
    std::optional<Lsn> record;  // the core's append that says so
  };
  std::optional<ToRepair> to_repair_;
  bool learns_only_ = false;
  bool replaces_log_ = false;  // because of it: the next snapshot is to take the place of all of it
  bool replacing_log_ = false;  // the one that is being made does
  ScrubPace scrub_pace_;
  leases::Time scrub_at_ = leases::kNever;   // in whatever turn comes then
  std::uint64_t scrubbed_bytes_ = 0;         // since it started
  std::optional<leases::Time> scrub_ended_;  // the last pass through everything
  std::function<void(const LeadershipEvent&)> on_leadership_;
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_ENGINE_H_
