// The bully algorithm: of those that answer, the one with the highest id leads (Garcia-Molina,
// "Elections in a Distributed Computing System", section III). Its coordinator is heard regularly.
#include "sim/elections/detector.h"

namespace decree::sim::elections {
namespace {

class BullyDetector final : public Detector {
 public:
  explicit BullyDetector(const Seat& seat) : seat_(seat) {}

  void start(Time now) override { elect(now); }
  [[nodiscard]] Time next_deadline() const override { return deadline_; }
  [[nodiscard]] ReplicaId leader() const override { return leader_; }

  void take(ReplicaId from, const Letter& letter, Time now) override {
    switch (std::get<Note>(letter).kind) {
      case Note::Kind::ask:
        seat_.send(from, Note{Note::Kind::answer, 0, 0, true});
        return bully(now);
      case Note::Kind::answer:
        if (!electing_) return;
        // A higher one lives: it is waited for.
        electing_ = false;
        deadline_ = now + kTimeout;
        return;
      case Note::Kind::lead:
        if (from < seat_.self) return bully(now);
        electing_ = false;
        leader_ = from;
        deadline_ = now + kTimeout;
        return seat_.send(from, Note{Note::Kind::lead_answer, 0, 0, true});
      case Note::Kind::lead_answer:
        return;
    }
  }

  void turn(Time now) override {
    if (now < deadline_) return;
    if (electing_ || leader_ == seat_.self) return lead(now);
    elect(now);
  }

 private:
  /// A lower one wants to lead, or does.
  void bully(Time now) {
    if (leader_ == seat_.self) return lead(now);
    if (!electing_) elect(now);
  }

  void elect(Time now) {
    electing_ = true;
    leader_ = {};
    deadline_ = now + kTimeout;
    for (const ReplicaId to : *seat_.voters) {
      if (to > seat_.self) seat_.send(to, Note{Note::Kind::ask, 0, 0, false});
    }
  }

  void lead(Time now) {
    electing_ = false;
    leader_ = seat_.self;
    deadline_ = now + kHeartbeat;
    for (const ReplicaId to : *seat_.voters) {
      if (to != seat_.self) seat_.send(to, Note{Note::Kind::lead, 0, 0, false});
    }
  }

  Seat seat_;
  bool electing_ = false;  // waits for the answer of a higher one
  ReplicaId leader_;
  Time deadline_;
};

}  // namespace

std::unique_ptr<Detector> make_bully(const Seat& seat) {
  return std::make_unique<BullyDetector>(seat);
}

}  // namespace decree::sim::elections
