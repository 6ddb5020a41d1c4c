#include "sim/describe.h"

#include <fmt/format.h>

#include <variant>

namespace decree::sim {

namespace {

std::string text(const Prepare& m) {
  return fmt::format("prepare {} after {}{}", describe(m.ballot), m.after.value,
                     m.hand_over ? ", hand-over of " + describe(m.hand_over) : "");
}
std::string text(const Promise& m) {
  std::string accepted;
  for (const AcceptedValue& each : m.accepted) {
    accepted += fmt::format(" {}@{}", each.slot.value, describe(each.ballot));
  }
  return fmt::format("promise {} after {}{}, chosen through {}, remainder {} us, accepted{}",
                     describe(m.ballot), m.after.value, m.last ? "" : " (more)",
                     m.known_chosen.value, m.remainder_ns / 1000,
                     accepted.empty() ? " nothing" : accepted);
}
std::string text(const Accept& m) {
  return fmt::format("accept {} slots {}..{}, first {}, announced {}, stamp {}", describe(m.ballot),
                     m.first.value, m.first.value + m.values.size() - 1, m.ballot_first.value,
                     m.announced.value, m.lease.stamp.value);
}
std::string text(const Accepted& m) {
  return fmt::format("accepted {} through {}, stamp {} granted {} us", describe(m.ballot),
                     m.through.value, m.lease.stamp.value, m.lease.granted_ns / 1000);
}
std::string text(const Refused& m) {
  return fmt::format("refused {}, promised {}", describe(m.refused), describe(m.promised));
}
std::string text(const Watermark& m) {
  return fmt::format("watermark {} announced {}", describe(m.ballot), m.announced.value);
}
std::string text(const Fetch& m) {
  return fmt::format("fetch {}..{}", m.first.value, m.last.value);
}
std::string text(const Chosen& m) {
  return fmt::format("chosen {}..{}", m.first.value, m.first.value + m.values.size() - 1);
}
std::string text(const Heartbeat& m) {
  const std::string next = m.next ? ", next " + describe(m.next) : "";
  return fmt::format("heartbeat {} round {}, sent through {}, announced {}, stamp {}{}",
                     describe(m.ballot), m.round, m.sent_through.value, m.announced.value,
                     m.lease.stamp.value, next);
}
std::string text(const HeartbeatAnswer& m) {
  return fmt::format("heartbeat answer {} round {}, received {}, stamp {} granted {} us{}",
                     describe(m.ballot), m.round, m.received.value, m.lease.stamp.value,
                     m.lease.granted_ns / 1000, m.impaired ? ", impaired" : "");
}
std::string text(const Canvass& m) {
  return fmt::format("canvass {}, followed {}, log end {}", m.round, describe(m.following),
                     m.log_end.value);
}
std::string text(const CanvassAnswer& m) {
  return fmt::format("canvass answer {}: {}, promised {}", m.round,
                     m.willing ? "willing" : "unwilling", describe(m.promised));
}
std::string text(const Release& m) {
  return fmt::format("release {}, successor {}", describe(m.ballot), m.successor.value);
}
std::string text(const Forward& m) { return fmt::format("forward {}", m.request); }
std::string text(const ForwardAnswer& m) {
  return fmt::format("forward answer {}, error {}, slot {}", m.request, m.error,
                     m.token.slot.value);
}
std::string text(const ReadPoint& m) { return fmt::format("read point {}?", m.request); }
std::string text(const ReadPointAnswer& m) {
  return fmt::format("read point {}: error {}, slot {}", m.request, m.error, m.point.value);
}

std::string text(const FetchSnapshot& m) {
  return fmt::format("snapshot {}, chunk {}?", m.slot.value, m.chunk);
}
std::string text(const SnapshotChunk& m) {
  return fmt::format("snapshot {}, chunk {} of {}", m.slot.value, m.chunk, m.chunks);
}

}  // namespace

std::string describe(const Ballot& ballot) {
  return ballot ? fmt::format("{}.{}", ballot.round, ballot.replica.value) : std::string("none");
}

std::string describe(const Message& message) {
  return std::visit([](const auto& body) { return text(body); }, message);
}

}  // namespace decree::sim
