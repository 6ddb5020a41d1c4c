#include "tests/sim/fake_sites.h"

#include <algorithm>

namespace decree::sim {

namespace {

std::string name(ReplicaId id) { return std::to_string(id.value); }

class Events final : public transport::NetworkEvents {
 public:
  Events(FakeSites& sites, ReplicaId self) : sites_(sites), self_(self) {}

  transport::Introduction introduce() override {
    return {Incarnation{self_.value * 100}, {}, {}, {}};
  }
  void on_hello(ReplicaId peer) override { add("greets", peer); }
  void on_frame(ReplicaId /*from*/, Payload /*frame*/) override {}
  void on_connected(ReplicaId peer, Incarnation incarnation) override {
    EXPECT_EQ(incarnation.value, peer.value * 100);
    add("connected to", peer);
  }
  void on_disconnected(ReplicaId peer) override { add("disconnected from", peer); }
  bool admit(ReplicaId peer, transport::Handshake part, const transport::Introduction& stated,
             std::string& reason) override {
    EXPECT_EQ(stated.incarnation.value, peer.value * 100);
    reason = "it is not wanted";
    return !sites_.lets_in || sites_.lets_in(self_, peer, part);
  }
  void on_notice(const std::string& /*line*/) override {}

 private:
  void add(const std::string& what, ReplicaId peer) {
    sites_.events.push_back(name(self_) + " " + what + " " + name(peer));
  }

  FakeSites& sites_;
  ReplicaId self_;
};

}  // namespace

void FakeSites::arrive_frame(ReplicaId at, ReplicaId from, const Payload& frame) {
  const auto* text = reinterpret_cast<const char*>(frame.view.data());
  arrivals.push_back({at, from, std::string(text, frame.size())});
}

void FakeSites::post(ReplicaId at, std::function<void(transport::NetworkEvents&)> task) {
  if (life(at) == 0) return;
  Events events_of(*this, at);
  task(events_of);
}

void FakeSites::note(ReplicaId at, const std::string& line) {
  notes.push_back(name(at) + " " + line);
}

std::vector<std::string> FakeSites::texts(ReplicaId from, ReplicaId to) const {
  std::vector<std::string> found;
  for (const Arrival& each : arrivals) {
    if (each.from == from && each.at == to) found.push_back(each.text);
  }
  return found;
}

std::size_t FakeSites::count(const std::string& event) const {
  return static_cast<std::size_t>(std::count(events.begin(), events.end(), event));
}

SimulatedNetwork::SimulatedNetwork(std::uint64_t seed) : network(timeline, sites, 3, Random(seed)) {
  for (const ReplicaId id : {kA, kB, kC}) start(id);
  EXPECT_TRUE(run_until([this] {
    for (const ReplicaId from : {kA, kB, kC}) {
      for (const ReplicaId to : {kA, kB, kC}) {
        if (from != to && !network.reaches(from, to)) return false;
      }
    }
    return true;
  }));
}

void SimulatedNetwork::start(ReplicaId id) {
  sites.lives.at(id.value) = ++starts.at(id.value);
  network.started(id);
}

void SimulatedNetwork::stop(ReplicaId id, bool silently) {
  sites.lives.at(id.value) = 0;
  network.stopped(id, silently);
}

void SimulatedNetwork::send(ReplicaId from, ReplicaId to, const std::string& text) {
  network.send(from, to, Payload::copy_of(std::as_bytes(std::span(text))));
}

void SimulatedNetwork::send_numbers(ReplicaId from, ReplicaId to, int first, int last) {
  for (const std::string& text : numbers(first, last)) send(from, to, text);
}

std::vector<std::string> SimulatedNetwork::numbers(int first, int last) {
  std::vector<std::string> texts;
  for (int i = first; i <= last; ++i) texts.push_back(std::to_string(i));
  return texts;
}

void SimulatedNetwork::run_for(Duration duration) {
  const Time end = timeline.now() + duration;
  while (timeline.next() <= end) timeline.run_next();
  timeline.advance(end);
}

bool SimulatedNetwork::run_until(const std::function<bool()>& condition) {
  const Time end = timeline.now() + Duration::millis(60'000);
  while (!condition()) {
    if (timeline.next() > end) return false;
    timeline.run_next();
  }
  return true;
}

bool SimulatedNetwork::reconnect(ReplicaId from, ReplicaId to) {
  const std::string word = name(from) + " connected to " + name(to);
  const std::size_t before = sites.count(word);
  return run_until([&] { return sites.count(word) > before; });
}

}  // namespace decree::sim
