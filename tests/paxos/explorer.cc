#include "tests/paxos/explorer.h"

#include <algorithm>

#include "paxos/limits.h"

namespace decree::paxos::test {

namespace {

constexpr std::size_t kMaxProposals = 120;
constexpr int kRoundsToHeal = 60;

}  // namespace

Explorer::Explorer(std::uint64_t seed, World::Sink sink)
    : random_(seed),
      world_(random_.below(8) == 0   ? 1
             : random_.below(3) == 0 ? 5
                                     : 3,
             std::move(sink)) {
  // Each seed has its own mix: some events never happen, others all the time.
  const auto weight = [this](std::size_t usual) {
    static constexpr std::array<std::size_t, 5> kFactors{0, 1, 2, 4, 12};
    return usual * kFactors[random_.below(kFactors.size())];
  };
  actions_ = {{{&Explorer::deliver, 400 + weight(100)},
               {&Explorer::deliver_late, weight(10)},
               {&Explorer::lose, weight(2)},
               {&Explorer::durable, 60 + weight(40)},
               {&Explorer::finish_turn, 100},
               {&Explorer::propose, 20 + weight(20)},
               {&Explorer::open, 20},
               {&Explorer::campaign, 2 + weight(3)},
               {&Explorer::crash, weight(1)},
               {&Explorer::restart, 10},
               {&Explorer::connect, 30 + weight(10)},
               {&Explorer::cut, weight(3)},
               {&Explorer::isolate, weight(1)},
               {&Explorer::remind, weight(5)},
               {&Explorer::heartbeat, weight(10)},
               {&Explorer::step_down, weight(1)}}};
  for (const auto& [action, each] : actions_) total_weight_ += each;
  static constexpr std::array<std::size_t, 6> kSizes{0, 0, 0, 1000, 300'000, kMaxBatchBytes};
  value_size_ = kSizes[random_.below(kSizes.size())];
  turn_in_ = 1 + random_.below(4);
}

void Explorer::run(std::size_t steps) {
  for (ReplicaId from : world_.ids()) {
    for (ReplicaId to : world_.ids()) {
      if (from != to) world_.connect(from, to);
    }
  }
  for (; steps > 0; --steps) step();
  heal();
}

void Explorer::step() {
  std::size_t drawn = random_.below(total_weight_);
  for (const auto& [action, weight] : actions_) {
    if (drawn < weight) return (this->*action)();
    drawn -= weight;
  }
}

ReplicaId Explorer::any() { return world_.ids()[random_.below(world_.ids().size())]; }

ReplicaId Explorer::any_leader() {
  const ReplicaId id = any();
  return world_.up(id) && world_.core(id).leader() != nullptr ? id : ReplicaId{};
}

/// Now and then more inputs join the turn.
void Explorer::after(ReplicaId id) {
  if (random_.below(turn_in_) == 0) world_.turn(id);
}

// --- Events.

void Explorer::deliver() {
  const ReplicaId from = any();
  const ReplicaId to = any();
  if (world_.deliver(from, to)) after(to);
}

void Explorer::deliver_late() {
  const ReplicaId from = any();
  const ReplicaId to = any();
  if (world_.deliver_late(from, to)) after(to);
}

void Explorer::lose() {
  const ReplicaId from = any();
  world_.lose(from, any());
}

void Explorer::durable() {
  const ReplicaId id = any();
  if (!world_.up(id) || world_.pending_appends(id) == 0) return;
  world_.durable(id, 1 + random_.below(world_.pending_appends(id)));
  after(id);
}

void Explorer::finish_turn() {
  const ReplicaId id = any();
  if (world_.up(id) && world_.turn_is_due(id)) world_.turn(id);
}

void Explorer::propose() {
  const ReplicaId id = any_leader();
  if (!id || proposals_ >= kMaxProposals) return;
  for (std::size_t left = 1 + random_.below(4); left > 0; --left) propose_at(id);
  after(id);
}

void Explorer::propose_at(ReplicaId id) {
  world_.propose(id, numbered(++proposals_, value_size_ == 0 ? 0 : random_.below(value_size_) + 1));
}

void Explorer::open() {
  const ReplicaId id = any_leader();
  if (!id) return;
  world_.open(id);
  after(id);
}

void Explorer::campaign() {
  const ReplicaId id = any();
  if (!world_.up(id)) return;
  world_.campaign(id);
  after(id);
}

void Explorer::crash() {
  const ReplicaId id = any();
  if (!world_.up(id)) return;
  const std::size_t surviving = random_.below(world_.pending_appends(id) + 1);
  world_.crash(id, random_.below(2) == 0 ? 0 : surviving);
}

void Explorer::restart() {
  const ReplicaId id = any();
  if (!world_.up(id)) world_.restart(id);
}

void Explorer::connect() {
  const ReplicaId from = any();
  const ReplicaId to = any();
  if (from == to || world_.connected(from, to)) return;
  world_.connect(from, to);
  if (world_.up(from)) after(from);
}

void Explorer::cut() {
  const ReplicaId from = any();
  const ReplicaId to = any();
  world_.cut(from, to, random_.below(2) == 0 ? InFlight::lost : InFlight::late);
}

void Explorer::isolate() {
  const ReplicaId id = any();
  for (ReplicaId other : world_.ids()) {
    world_.cut(id, other, InFlight::lost);
    world_.cut(other, id, InFlight::late);
  }
}

void Explorer::remind() {
  const ReplicaId id = any();
  if (!world_.up(id)) return;
  world_.remind(id);
  after(id);
}

void Explorer::heartbeat() {
  const ReplicaId id = any_leader();
  if (id) world_.heartbeat(id);
}

void Explorer::step_down() {
  const ReplicaId id = any();
  if (!world_.up(id)) return;
  world_.step_down(id);
  after(id);
}

// --- After the faults.

void Explorer::heal() {
  const ReplicaId chosen_one = any();
  for (ReplicaId id : world_.ids()) {
    if (!world_.up(id)) world_.restart(id);
    // One replica is the only one that wants to lead: who that is is not the core's business.
    if (id != chosen_one) world_.step_down(id);
  }
  for (ReplicaId from : world_.ids()) {
    for (ReplicaId to : world_.ids()) {
      if (from != to) world_.connect(from, to);
    }
  }
  // A leader of before may not have heard yet that it is none any more: a few rounds tell it.
  int rounds = kRoundsToHeal;
  for (int steady = 0; steady < 3 && --rounds > 0;) {
    heal_once(chosen_one);
    steady = world_.core(chosen_one).leader() != nullptr ? steady + 1 : 0;
  }
  if (rounds == 0) throw Violation("once faults stop, a leader is found");
  for (int each = 0; each < 3; ++each) propose_at(chosen_one);
  const std::uint64_t last = proposals_;
  while (!all_agree(last) && --rounds > 0) heal_once(chosen_one);
  if (rounds == 0) throw Violation("once faults stop, what is proposed is applied everywhere");
}

void Explorer::heal_once(ReplicaId chosen_one) {
  lead(chosen_one);
  for (ReplicaId id : world_.ids()) world_.remind(id);
  settle();
  world_.heartbeat(chosen_one);
  settle();
}

void Explorer::lead(ReplicaId id) {
  const Core& core = world_.core(id);
  const Leader* leader = core.leader();
  const bool refused = leader != nullptr && leader->refused_by() > leader->ballot();
  if (refused || leader == nullptr) world_.campaign(id);
  if (core.leader() != nullptr) world_.open(id);
}

void Explorer::settle() {
  // Bounded: replicas that talk for ever without progress are a failure too.
  for (std::size_t left = 5000; left > 0; --left) {
    bool quiet = true;
    for (ReplicaId id : world_.ids()) {
      if (world_.pending_appends(id) > 0) world_.durable(id, world_.pending_appends(id));
      if (world_.turn_is_due(id)) world_.turn(id);
      for (ReplicaId from : world_.ids()) {
        const bool delivered = world_.deliver(from, id);
        if (delivered) world_.turn(id);
        quiet = quiet && !delivered;
      }
      quiet = quiet && world_.pending_appends(id) == 0;
    }
    if (quiet) return;
  }
  throw Violation("without new inputs the replicas fall silent");
}

bool Explorer::all_agree(std::size_t proposals) const {
  const std::vector<Value>& first = world_.applied(ReplicaId{1});
  const auto is_last = [&](const Value& value) { return value.sequence == Sequence{proposals}; };
  if (std::ranges::none_of(first, is_last)) return false;
  return std::ranges::all_of(world_.ids(), [&](ReplicaId id) {
    const std::vector<Value>& applied = world_.applied(id);
    return std::ranges::equal(first, applied, same);
  });
}

}  // namespace decree::paxos::test
