#include "replica/peers.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace decree::replica {

using transport::Handshake;
using transport::Introduction;

namespace {

std::string name(const Ballot& ballot) {
  if (!ballot) return "no ballot";
  return fmt::format("ballot {} of replica {}", ballot.round, ballot.replica.value);
}

std::string restored(const std::string& stated, const std::string& told) {
  return fmt::format(
      "its directory is an old copy, a restored backup: it states {}, but {} was durable there "
      "before; wipe it as a whole, which makes it a stranger that its group must admit anew",
      stated, told);
}

/// A promise that is merely mentioned (in a refusal or a canvass) and slots that are merely
/// received do not count.
struct Implied {
  ReplicaId sender;
  const paxos::Leader* leader;

  // Before a candidate sends anything under its ballot, that is promised or reserved on its disk.
  Standing operator()(const Prepare& prepare) const { return proposer(prepare.ballot); }
  Standing operator()(const Accept& accept) const { return proposer(accept.ballot); }
  Standing operator()(const Watermark& watermark) const { return proposer(watermark.ballot); }
  Standing operator()(const Heartbeat& heartbeat) const { return proposer(heartbeat.ballot); }
  Standing operator()(const Release& release) const { return proposer(release.ballot); }
  // The watermark is recorded before it is reported, and its slots before that. The acceptances
  // reported with it may be newer.
  Standing operator()(const Promise& promise) const {
    return {promise.ballot, promise.known_chosen};
  }
  Standing operator()(const Accepted& accepted) const {
    // Before the ballot's first slot it says nothing of any slot.
    const bool says = leader != nullptr && leader->ballot() == accepted.ballot &&
                      accepted.through >= leader->first();
    return {accepted.ballot, says ? accepted.through : Slot{}};
  }
  Standing operator()(const HeartbeatAnswer& answer) const { return {answer.written, {}}; }
  template <class Other>
  Standing operator()(const Other&) const {
    return {};
  }

 private:
  [[nodiscard]] Standing proposer(const Ballot& ballot) const {
    return ballot.replica == sender ? Standing{ballot, {}} : Standing{};
  }
};

}  // namespace

Standing implied(ReplicaId sender, const Message& message, const paxos::Leader* leader) {
  return std::visit(Implied{sender, leader}, message);
}

void Peers::recovered(ReplicaId peer, Incarnation incarnation) {
  known_.at(peer.value).incarnation = incarnation;
}

void Peers::hello_sent(ReplicaId peer) {
  Known& each = known_.at(peer.value);
  each.told_at_hello = each.told;
}

std::string Peers::meet(ReplicaId peer, Handshake part, const Introduction& stated) {
  std::string reason = judge(peer, part, stated);
  if (!reason.empty()) return reason;
  Known& each = known_.at(peer.value);
  each.incarnation = stated.incarnation;
  if (part == Handshake::answer) return {};
  each.start = stated.start;
  each.process = stated.process;
  each.told.add(Standing{stated.promised, stated.log_end});
  return {};
}

std::string Peers::judge(ReplicaId peer, Handshake part, const Introduction& stated) const {
  const Known& each = known(peer);
  if (each.incarnation == Incarnation{}) return {};
  if (each.incarnation != stated.incarnation) {
    return fmt::format(
        "replica {} is another incarnation than the one that is a voter: its directory was wiped "
        "or is not its own",
        peer.value);
  }
  if (stated.start < each.start) {
    return fmt::format("its start number {} is older than {}, which was here before",
                       stated.start.value, each.start.value);
  }
  const Standing& told = part == Handshake::answer ? each.told_at_hello : each.told;
  if (stated.promised < told.promised) {
    return restored("a promise of " + name(stated.promised), "one of " + name(told.promised));
  }
  if (stated.log_end < told.log_end) {
    return restored(fmt::format("a log that ends with slot {}", stated.log_end.value),
                    fmt::format("slot {}", told.log_end.value));
  }
  if (stated.start == each.start && stated.process != each.process) {
    return fmt::format(
        "its start number {} was stated by another process: a restored backup, or one of two "
        "copies of one directory; wipe the copy",
        stated.start.value);
  }
  return {};
}

void Peers::heard(ReplicaId from, const Message& message, const paxos::Leader* leader) {
  known_.at(from.value).told.add(implied(from, message, leader));
}

}  // namespace decree::replica
