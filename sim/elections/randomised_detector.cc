// Election by randomised timeouts, without a vote before the vote (Ongaro, Ousterhout, "In Search
// of an Understandable Consensus Algorithm", section 5.2, with the check of logs of section 5.4.1).
#include "sim/draw.h"
#include "sim/elections/detector.h"

namespace decree::sim::elections {
namespace {

class RandomisedDetector final : public Detector {
 public:
  explicit RandomisedDetector(const Seat& seat) : seat_(seat) {}

  void start(Time now) override { follow(term_, {}, now); }
  [[nodiscard]] Time next_deadline() const override { return deadline_; }
  [[nodiscard]] ReplicaId leader() const override { return leader_; }

  void take(ReplicaId from, const Letter& letter, Time now) override {
    const Note& note = std::get<Note>(letter);
    if (note.term > term_) follow(note.term, {}, now);
    switch (note.kind) {
      case Note::Kind::ask:
        return vote(from, note, now);
      case Note::Kind::answer:
        return count(from, note, now);
      case Note::Kind::lead:
        if (note.term == term_) follow(term_, from, now);
        return seat_.send(from, Note{Note::Kind::lead_answer, term_, 0, note.term == term_});
      case Note::Kind::lead_answer:
        return;
    }
  }

  void turn(Time now) override {
    if (now < deadline_) return;
    if (leader_ == seat_.self) return lead(now);
    ++term_;
    voted_ = seat_.self;
    leader_ = {};
    votes_ = paxos::ReplicaSet::of(seat_.self);
    deadline_ = now + patience();
    broadcast(Note{Note::Kind::ask, term_, seat_.log_end, false});
  }

 private:
  [[nodiscard]] Duration patience() const { return kTimeout + draw_up_to(*seat_.random, kTimeout); }

  void broadcast(const Note& note) const {
    for (const ReplicaId to : *seat_.voters) {
      if (to != seat_.self) seat_.send(to, note);
    }
  }

  void follow(std::uint64_t term, ReplicaId leader, Time now) {
    if (term > term_) voted_ = {};
    term_ = term;
    leader_ = leader;
    votes_ = {};
    deadline_ = now + patience();
  }

  void vote(ReplicaId from, const Note& note, Time now) {
    const bool granted =
        note.term == term_ && (!voted_ || voted_ == from) && note.log_end >= seat_.log_end;
    if (granted) {
      voted_ = from;
      deadline_ = now + patience();
    }
    seat_.send(from, Note{Note::Kind::answer, term_, 0, granted});
  }

  void count(ReplicaId from, const Note& note, Time now) {
    if (note.term != term_ || !note.granted || leader_ || voted_ != seat_.self) return;
    votes_.insert(from);
    if (seat_.voters->is_quorum(votes_)) lead(now);
  }

  void lead(Time now) {
    leader_ = seat_.self;
    deadline_ = now + kHeartbeat;
    broadcast(Note{Note::Kind::lead, term_, 0, false});
  }

  Seat seat_;
  std::uint64_t term_ = 0;  // this and the vote survive a restart
  ReplicaId voted_;
  ReplicaId leader_;
  paxos::ReplicaSet votes_;
  Time deadline_;
};

}  // namespace

std::unique_ptr<Detector> make_randomised(const Seat& seat) {
  return std::make_unique<RandomisedDetector>(seat);
}

}  // namespace decree::sim::elections
