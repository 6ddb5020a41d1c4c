// Omega, the eventual leader detector: who should lead. It may be wrong at any moment; nothing
// unsafe follows.
#ifndef DECREE_LEASES_OMEGA_H_
#define DECREE_LEASES_OMEGA_H_

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "leases/clock.h"
#include "leases/ranking.h"
#include "leases/settings.h"
#include "leases/suspicion.h"
#include "leases/voters.h"
#include "paxos/message.h"

namespace decree::leases {

/// Why the last leader was given up.
enum class Doubt : std::uint8_t {
  started,       // this replica has started and knew of none
  silent,        // nothing was heard for too long
  disconnected,  // the connection with it ended
  released,      // it gave leading up
  deposed,       // another candidate was promised
  no_quorum,     // this replica led, and heard no quorum for too long
};
/// A clause about that leader.
const char* describe(Doubt doubt);

/// How this replica watches a peer: a leader its followers, a follower its leader.
struct Watch {
  Duration silent;    // since it was heard last
  Duration suspects;  // this is too long: of the leader at once, of followers if no quorum is left
};

/// Starts phase 1 with a ballot above the own promise and above `above`.
struct Campaign {
  Ballot above;      // the highest promise among the willing
  Ballot hand_over;  // for the prepare: the released ballot that this is to succeed, or none
};

/// What Omega wants done, in this order.
struct OmegaActions {
  struct Answer {
    ReplicaId to;
    CanvassAnswer answer;  // `promised` is the engine's to fill
  };

  bool resign = false;             // cease to lead or to campaign; nothing if it does neither
  std::vector<Answer> answers;     // to canvasses; one canvass may be answered twice
  std::optional<Canvass> canvass;  // to all other voters
  std::optional<Campaign> campaign;
  bool heartbeat = false;  // to all other voters; its round is open_round()
};

/// One replica's part of Omega: stable, communication-efficient (Aguilera, Delporte-Gallet,
/// Fauconnier, Toueg, "Stable Leader Election") and adaptive. It asks a quorum before it disturbs
/// one: only a quorum of replicas that suspect as well starts phase 1. Pure; one thread. A turn:
/// all input, then tick(), then take_actions(). Timers are judged in tick() alone, so that input
/// that waited in a queue is not taken for silence.
class Omega {
 public:
  /// `voters` must outlive it. Neither canvasses nor is willing before it has listened for one cap.
  Omega(const Settings& settings, const Voters& voters, ReplicaId self, std::uint32_t priority,
        Time started);

  // --- Input from peers. Call these before the core steps, also for what the core will refuse: a
  // leader that this replica is too far ahead of in promises is alive all the same.
  void heartbeat(ReplicaId from, const Heartbeat& heartbeat, Time now);
  /// An accept or a watermark.
  void sign_of_life(ReplicaId from, const Ballot& ballot, Time now);
  void heartbeat_answer(ReplicaId from, const HeartbeatAnswer& answer, Time now);
  void canvass(ReplicaId from, const Canvass& canvass, Time now);
  void canvass_answer(ReplicaId from, const CanvassAnswer& answer);
  /// A candidate that cannot win any more need not wait for its timeout.
  void refused(ReplicaId from, const Refused& refused, Time now);
  /// A leader that releases feeds its own release too; it resigns then.
  void release(ReplicaId from, const Release& release, Time now);
  void connected(ReplicaId peer, Time now);
  /// A reason to suspect at once, never a proof: whatever the leader sends afterwards clears it.
  /// Nor is it waited any longer for a candidate that was promised.
  void disconnected(ReplicaId peer, Time now);

  // --- Input from the own core.
  /// May the core take this prepare at all? If not, it is refused with promised = refused.
  [[nodiscard]] bool may_promise(ReplicaId from, const Prepare& prepare) const;
  /// The core took a prepare, the own one included.
  void promised(const Ballot& ballot, Time now);
  /// A chunk of a promise arrived: phase 1 gets on.
  void campaign_progress(Time now);
  void became_leader(const Ballot& ballot, Time now);
  void stepped_down(Time now, Doubt doubt = Doubt::deposed);
  void log_end(Slot end) { ranking_.own_log_end(end); }
  /// Whether this replica is fit to lead: it lets those that are go first.
  void impaired(bool impaired) { ranking_.own_impaired(impaired); }
  /// It could not promise now, and not lead: it listens anew, as at its start.
  void not_ready(Time now);

  // --- Output.
  void tick(Time now);
  OmegaActions take_actions();
  /// When tick() will find something to do if no input comes before.
  [[nodiscard]] Time next_deadline() const;

  /// When a leader's next heartbeat is due.
  [[nodiscard]] Time heartbeat_due() const;
  /// A leader's next heartbeat round. Call it for every heartbeat that is sent (under leader(),
  /// also while a leader prepares again: whoever is not told that it lives will suspect), asked for
  /// by take_actions() or not (a read that needs a quorum round need not wait for the next one).
  std::uint64_t open_round(Time now);
  /// The newest round of the ballot that a quorum has answered, this replica included.
  [[nodiscard]] std::uint64_t quorum_round() const;
  /// Of a leader: the peer is connected, answers its heartbeats, and said in the answer to a round
  /// behind `after` that it is fit to lead.
  [[nodiscard]] bool is_fit(ReplicaId peer, Time now, std::uint64_t after = 0) const;
  /// The newest round of this leadership; 0: there is none.
  [[nodiscard]] std::uint64_t newest_round() const;
  /// For the heartbeats of a leader.
  [[nodiscard]] Succession successors() const { return ranking_.successors(connected_); }

  /// The ballot of the leader that this replica follows or is; none when it knows of none.
  [[nodiscard]] Ballot leader() const;
  [[nodiscard]] bool suspects() const;
  /// Why and when there was no leader any more, as this replica saw it last.
  [[nodiscard]] Doubt doubt() const { return doubt_; }
  [[nodiscard]] Time doubted_at() const { return doubted_at_; }
  /// None for peers that it does not watch.
  [[nodiscard]] std::optional<Watch> watch(ReplicaId peer, Time now) const;

 private:
  struct Following {};
  struct Suspecting {
    Time since;  // the rank is waited from here, or from the end of what else must be waited for
  };
  struct Canvassing {
    Time until;
    PerReplica<bool> willing;
    Ballot above;
  };
  struct Campaigning {
    Time until;
    Ballot ballot;                                   // none until the core has promised it
    PerReplica<bool> open = PerReplica<bool>(true);  // by voter: has not refused
  };
  struct Leading {
    Time next_heartbeat;
    Time grace;  // until the first round had its time
    std::uint64_t round = 0;
    std::uint64_t quorate = 0;           // the newest that a quorum of `answered` has reached
    PerReplica<std::uint64_t> answered;  // by voter: the newest round
    PerReplica<Time> answered_at;        // by voter: when an answer came last
    Suspicion quorum;                    // a leader listens to its quorum as others listen to it
  };
  /// Unwilling towards all but one.
  struct Hold {
    ReplicaId candidate;
    Time until;
  };
  struct Question {
    ReplicaId from;
    std::uint64_t round = 0;
    Time until;
    bool answered = false;
  };

  [[nodiscard]] bool is_sign_of_life(ReplicaId from, const Ballot& ballot) const;
  void follow(const Ballot& ballot, Time now);
  void change_leader(const Ballot& ballot, Time now);
  void suspect(Time now, Doubt doubt);
  void doubts(Time now, Doubt doubt);
  void wait_rank(Time now) { role_ = Suspecting{now}; }
  void give_up(Time now);
  void abdicate(Time now, Doubt doubt);
  void hold(ReplicaId candidate, Time now);
  [[nodiscard]] bool held_by_other(ReplicaId candidate) const;
  [[nodiscard]] bool willing(ReplicaId candidate) const;
  [[nodiscard]] bool leader_is_timely(Time now) const;
  [[nodiscard]] Duration backed_off(Duration span) const;
  [[nodiscard]] Duration patience() const { return backed_off(suspicion_.timeout()); }
  [[nodiscard]] Time quorum_deadline(const Leading& leading) const;
  [[nodiscard]] bool is_known_leader(ReplicaId from, const Ballot& ballot) const;
  [[nodiscard]] bool yields_to(const Ballot& ballot) const;

  void judge_waits(Time now);
  void judge_leadership(Time now);
  void judge_leader(Time now);
  void judge_candidacy(Time now);
  void judge_rank(Time now);
  void judge_canvass(Time now);
  void judge_quorum(Time now);
  void start_canvass(Time now);
  void start_campaign(const Campaign& campaign, Time now);
  void answer_questions(Time now);
  [[nodiscard]] Time rank_due(const Suspecting& suspecting) const;
  [[nodiscard]] Time role_deadline() const;

  Settings settings_;
  const Voters& voters_;
  ReplicaId self_;
  Ranking ranking_;
  std::variant<Following, Suspecting, Canvassing, Campaigning, Leading> role_;
  Ballot following_;  // the highest leader's ballot that was followed, the own one included
  Doubt doubt_ = Doubt::started;
  Time doubted_at_;
  Ballot released_;      // the highest released ballot: nothing of it is a sign of life
  Suspicion suspicion_;  // of the leader of following_
  std::optional<Hold> hold_;
  Time listening_until_;
  bool listened_ = false;
  std::uint64_t canvass_round_ = 0;
  std::uint32_t failures_ = 0;  // candidacies that came to nothing since a leader was heard last
  PerReplica<bool> connected_;
  std::vector<Question> questions_;  // one a canvasser
  OmegaActions actions_;
};

}  // namespace decree::leases

#endif  // DECREE_LEASES_OMEGA_H_
