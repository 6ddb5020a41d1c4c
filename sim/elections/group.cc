#include "sim/elections/group.h"

#include <algorithm>
#include <cmath>

#include "sim/draw.h"

namespace decree::sim::elections {
namespace {

paxos::Voters voters_of(std::size_t size) {
  std::vector<ReplicaId> ids;
  for (std::uint32_t i = 1; i <= size; ++i) ids.push_back(ReplicaId{i});
  return paxos::Voters(ids);
}

}  // namespace

Group::Group(std::size_t size, const MakeDetector& make, std::uint64_t seed, bool heavy_tail,
             bool first_is_behind)
    : voters_(voters_of(size)), delays_(Random(seed).fork(0)), heavy_tail_(heavy_tail) {
  for (const ReplicaId id : voters_) {
    Site& each = sites_.emplace_back();
    each.id = id;
    each.random = std::make_unique<Random>(Random(seed).fork(id.value));
    const bool behind = first_is_behind && id == ReplicaId{1};
    Seat seat{id, &voters_, behind ? 10U : 20U, each.random.get(), {}};
    seat.send = [this, id](ReplicaId to, const Letter& letter) { send(id, to, letter); };
    each.detector = make(seat);
  }
}

void Group::start(ReplicaId id) {
  Site& starting = site(id);
  starting.up = true;
  starting.detector->start(now_);
  for (Site& other : sites_) {
    if (other.id == id || !other.up || !linked(id, other.id)) continue;
    other.detector->connected(id, now_);
    starting.detector->connected(other.id, now_);
  }
}

void Group::start_all() {
  for (const ReplicaId id : voters_) start(id);
}

void Group::kill(ReplicaId id, bool closed) {
  site(id).up = false;
  std::erase_if(wire_, [id](const auto& entry) { return entry.second.to == id; });
  for (Site& other : sites_) {
    if (closed && other.up) other.detector->disconnected(id, now_);
  }
}

void Group::isolate(ReplicaId id) {
  for (const ReplicaId other : voters_) {
    if (other != id) cut_both(id, other);
  }
}

void Group::make_hub(ReplicaId id) {
  for (const ReplicaId a : voters_) {
    for (const ReplicaId b : voters_) {
      if (a != b && a != id && b != id) cut(a, b);
    }
  }
}

ReplicaId Group::serving() const {
  const auto found =
      std::ranges::find_if(sites_, [this](const Site& each) { return serves(each); });
  return found == sites_.end() ? ReplicaId{} : found->id;
}

bool Group::serves(const Site& leader) const {
  if (!leader.up || leader.detector->leader() != leader.id) return false;
  const auto follows = [&](const Site& each) {
    return each.up && each.detector->leader() == leader.id &&
           (each.id == leader.id || linked(each.id, leader.id));
  };
  return static_cast<std::size_t>(std::ranges::count_if(sites_, follows)) >= voters_.quorum();
}

bool Group::step(Time end) {
  const Time next = std::max(next_event(), now_);
  if (next > end) return false;
  now_ = next;
  deliver();
  for (Site& each : sites_) {
    if (each.up && each.paused_until <= now_) each.detector->turn(now_);
  }
  return true;
}

Time Group::next_event() const {
  Time next = wire_.empty() ? kNever : wire_.begin()->first;
  for (const Site& each : sites_) {
    if (each.up) next = std::min(next, std::max(each.detector->next_deadline(), each.paused_until));
  }
  return next;
}

/// What is for a replica that is paused waits with it.
void Group::deliver() {
  while (!wire_.empty() && wire_.begin()->first <= now_) {
    auto arrived = wire_.extract(wire_.begin());
    Site& to = site(arrived.mapped().to);
    if (to.paused_until > now_) {
      arrived.key() = to.paused_until;
      wire_.insert(std::move(arrived));
    } else if (to.up) {
      to.detector->take(arrived.mapped().from, arrived.mapped().letter, now_);
    }
  }
}

void Group::send(ReplicaId from, ReplicaId to, const Letter& letter) {
  ++sent_;
  const Duration delay = draw_delay();
  if (cuts_.contains({from, to}) || !site(to).up) return;
  Time& last = last_[{from, to}];
  last = std::max(last, now_ + delay);
  wire_.emplace(last, Sent{from, to, letter});
}

/// A millisecond or so; of a heavy tail (Pareto, 1.2) one message in 250 takes longer than a
/// heartbeat, and one in 1,000 longer than a timeout.
Duration Group::draw_delay() {
  if (!heavy_tail_) return draw_micros(delays_, 500, 1'500);
  const double uniform = (static_cast<double>(delays_.below(1'000'000)) + 1) / 1e6;
  const double ms = 0.5 * std::pow(uniform, -1 / 1.2);
  return Duration::micros(static_cast<std::int64_t>(std::min(ms, 5'000.0) * 1e3));
}

}  // namespace decree::sim::elections
