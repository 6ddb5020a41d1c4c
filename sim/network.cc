#include "sim/network.h"

#include <algorithm>
#include <utility>

#include "sim/draw.h"

namespace decree::sim {

namespace {

constexpr Duration kFirstRetry = Duration::millis(50);
constexpr Duration kLastRetry = Duration::millis(1000);
constexpr Duration kHelloTimeout = Duration::millis(2000);
/// How long the death of a machine that sends nothing any more goes unnoticed.
constexpr Duration kSilence = Duration::millis(3000);

}  // namespace

Network::Network(Timeline& timeline, Sites& sites, std::size_t replicas, Random random)
    : timeline_(timeline), sites_(sites), random_(random), replicas_(replicas) {}

bool Network::connected(ReplicaId from, ReplicaId to) const {
  const Link& each = link(from, to);
  return each.state == State::open && each.from_life == sites_.life(from);
}

bool Network::has_met(ReplicaId at, ReplicaId peer) const {
  const Life life = sites_.life(at);
  return life != 0 && met_.at(at.value).at(peer.value) == life;
}

bool Network::reaches(ReplicaId from, ReplicaId to) const {
  return connected(from, to) && link(from, to).to_life == sites_.life(to);
}

Duration Network::delay(const Link& link) {
  Duration delay = mood.latency + draw_up_to(random_, mood.spread) + link.clog;
  if (random_.chance(mood.tail_ppm)) delay = delay + draw_up_to(random_, mood.tail);
  return delay;
}

// --- Frames.

void Network::send(ReplicaId from, ReplicaId to, const Payload& frame) {
  if (!connected(from, to)) return;
  sites_.sent(from, to, frame);
  Link& each = link(from, to);
  if (each.broken) return;
  if (each.in_flight + frame.size() > mood.queue_bytes) return close(from, to, {});
  if (random_.chance(mood.loss_ppm) || (each.blocked && each.loses)) {
    each.broken = true;
    close(from, to, each.blocked ? kSilence : draw_up_to(random_, Duration::millis(300)));
    return;
  }
  each.in_flight += frame.size();
  if (each.blocked) {
    each.held.push_back(Payload::copy_of(frame.view));
    return;
  }
  transmit(from, to, Payload::copy_of(frame.view));
}

void Network::transmit(ReplicaId from, ReplicaId to, const Payload& frame) {
  Link& each = link(from, to);
  const std::uint64_t number = each.sent++;
  const Life life = each.to_life;
  const Time when = std::max(each.last_arrival + Duration{1}, timeline_.now() + delay(each));
  each.last_arrival = when;
  const auto arrive = [this, from, to, life, frame] {
    if (sites_.life(to) == life) sites_.arrive_frame(to, from, frame);
  };
  timeline_.at(when, [this, from, to, number, arrive, size = frame.size(), attempt = each.attempt] {
    Link& now = link(from, to);
    if (now.attempt == attempt) now.in_flight -= size;
    const bool lost = number >= now.lost_from && number < now.lost_to &&
                      (now.lost_which >> (number % 64) & 1) != 0;
    if (!lost) arrive();
  });
  if (random_.chance(mood.duplicate_ppm)) {
    timeline_.at(when + draw_up_to(random_, Duration::millis(500)), arrive);
  }
}

// --- Connections.

void Network::started(ReplicaId id) {
  for (std::uint32_t peer = 1; peer <= replicas_; ++peer) {
    if (ReplicaId{peer} == id) continue;
    link(id, ReplicaId{peer}).backoff = {};
    dial(id, ReplicaId{peer});
    if (link(ReplicaId{peer}, id).state == State::idle) dial(ReplicaId{peer}, id);
  }
}

void Network::dial(ReplicaId from, ReplicaId to) {
  Link& each = link(from, to);
  const Life life = sites_.life(from);
  if (life == 0 || (each.state != State::idle && each.from_life == life)) return;
  const std::uint64_t attempt = ++each.attempt;
  each.state = State::dialling;
  each.from_life = life;
  timeline_.after(kHelloTimeout, [this, from, to, attempt] {
    Link& now = link(from, to);
    if (now.attempt != attempt || now.state != State::dialling) return;
    now.state = State::idle;
    dial_later(from, to);
  });
  sites_.post(from, [this, from, to, attempt](transport::NetworkEvents& dialler) {
    if (link(from, to).attempt == attempt) send_hello(from, to, attempt, dialler);
  });
}

void Network::send_hello(ReplicaId from, ReplicaId to, std::uint64_t attempt,
                         transport::NetworkEvents& dialler) {
  if (link(from, to).blocked) return;  // the dialler gives up after a while
  dialler.on_hello(to);
  const transport::Introduction hello = dialler.introduce();
  timeline_.after(delay(link(from, to)),
                  [this, from, to, attempt, hello] { hello_arrives(from, to, attempt, hello); });
}

void Network::dial_later(ReplicaId from, ReplicaId to) {
  Link& each = link(from, to);
  each.backoff = std::min(std::max(each.backoff * 2, kFirstRetry), kLastRetry);
  const std::uint64_t attempt = ++each.attempt;
  each.state = State::idle;
  timeline_.after(each.backoff + draw_up_to(random_, each.backoff), [this, from, to, attempt] {
    if (link(from, to).attempt == attempt) dial(from, to);
  });
}

bool Network::is_admitted(ReplicaId at, ReplicaId peer, transport::Handshake part,
                          const transport::Introduction& stated, transport::NetworkEvents& judge) {
  std::string reason;
  if (judge.admit(peer, part, stated, reason)) {
    met_.at(at.value).at(peer.value) = sites_.life(at);
    return true;
  }
  sites_.note(at, "refuses replica " + std::to_string(peer.value) + ": " + reason);
  return false;
}

void Network::hello_arrives(ReplicaId from, ReplicaId to, std::uint64_t attempt,
                            const transport::Introduction& hello) {
  Link& each = link(from, to);
  if (each.attempt != attempt || each.blocked) return;
  const Life life = sites_.life(to);
  if (life == 0) return dial_later(from, to);
  sites_.post(to, [this, from, to, attempt, life, hello](transport::NetworkEvents& dialled) {
    Link& back = link(to, from);
    if (!is_admitted(to, from, transport::Handshake::hello, hello, dialled)) return;
    if (link(from, to).attempt != attempt || back.blocked) return;
    const transport::Introduction answer = dialled.introduce();
    timeline_.after(delay(back), [this, from, to, attempt, life, answer] {
      answer_arrives(from, to, attempt, life, answer);
    });
  });
}

void Network::answer_arrives(ReplicaId from, ReplicaId to, std::uint64_t attempt, Life to_life,
                             const transport::Introduction& answer) {
  if (link(from, to).attempt != attempt || sites_.life(from) == 0) return;
  sites_.post(from, [this, from, to, attempt, to_life, answer](transport::NetworkEvents& dialler) {
    Link& each = link(from, to);
    if (each.attempt != attempt) return;
    if (!is_admitted(from, to, transport::Handshake::answer, answer, dialler)) return;
    if (sites_.life(to) != to_life) return dial_later(from, to);
    each.state = State::open;
    each.to_life = to_life;
    each.broken = false;
    each.backoff = {};
    each.in_flight = 0;
    each.held.clear();
    sites_.note(from, "is connected to " + std::to_string(to.value));
    dialler.on_connected(to, answer.incarnation);
  });
}

void Network::close(ReplicaId from, ReplicaId to, Duration noticed_after) {
  Link& each = link(from, to);
  each.broken = true;
  timeline_.after(noticed_after, [this, from, to, attempt = each.attempt] {
    Link& now = link(from, to);
    if (now.attempt != attempt || now.state != State::open) return;
    now.held.clear();
    now.state = State::idle;
    if (now.from_life == sites_.life(from)) {
      sites_.note(from, "loses its connection to " + std::to_string(to.value));
      sites_.post(from, [to](transport::NetworkEvents& events) { events.on_disconnected(to); });
    }
    dial_later(from, to);
  });
}

void Network::stopped(ReplicaId id, bool silently) {
  for (std::uint32_t each = 1; each <= replicas_; ++each) {
    const ReplicaId peer{each};
    if (peer == id) continue;
    Link& out = link(id, peer);
    if (random_.chance(500'000)) lose_some(out);
    ++out.attempt;
    out.state = State::idle;
    out.held.clear();
    if (link(peer, id).state == State::dialling) dial_later(peer, id);
    if (link(peer, id).state == State::open) {
      close(peer, id,
            silently ? draw_up_to(random_, kSilence) : draw_up_to(random_, Duration::millis(2)));
    }
  }
}

/// Of the newest frames, which may be on their way, a part or all.
void Network::lose_some(Link& each) {
  each.lost_to = each.sent;
  each.lost_from = each.sent - random_.below(std::min<std::uint64_t>(each.sent, 8) + 1);
  each.lost_which = random_.chance(500'000) ? random_.next() : UINT64_MAX;
}

void Network::reset(ReplicaId from, ReplicaId to) {
  Link& each = link(from, to);
  if (each.state != State::open) return;
  lose_some(each);
  close(from, to, draw_up_to(random_, Duration::millis(5)));
}

void Network::block(ReplicaId from, ReplicaId to, bool loses) {
  Link& each = link(from, to);
  each.blocked = true;
  each.loses = loses;
}

void Network::seal(ReplicaId a, ReplicaId b) {
  for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
    block(from, to, true);
    link(from, to).sealed = true;
  }
}

void Network::unblock(ReplicaId from, ReplicaId to) {
  Link& each = link(from, to);
  if (each.sealed || !std::exchange(each.blocked, false)) return;
  if (each.broken) {
    if (each.state == State::open) close(from, to, draw_up_to(random_, Duration::millis(20)));
    return;
  }
  for (const Payload& frame : std::exchange(each.held, {})) transmit(from, to, frame);
}

void Network::unblock_all() {
  for (std::uint32_t from = 1; from <= replicas_; ++from) {
    for (std::uint32_t to = 1; to <= replicas_; ++to) {
      unblock(ReplicaId{from}, ReplicaId{to});
      link(ReplicaId{from}, ReplicaId{to}).clog = {};
    }
  }
}

void Network::clog(ReplicaId from, ReplicaId to, Duration delay) { link(from, to).clog = delay; }

}  // namespace decree::sim
