#include "transport/admission.h"

#include <algorithm>

namespace decree::transport {
namespace {

std::string name(ReplicaId id) { return "replica " + std::to_string(id.value); }

}  // namespace

bool Admission::is_peer(ReplicaId id) const {
  return id != options_.origin.sender &&
         std::any_of(options_.peers.begin(), options_.peers.end(),
                     [id](const PeerAddress& peer) { return peer.id == id; });
}

std::string Admission::judge(const FrameHeader& header, const Hello& hello) {
  const ReplicaId sender{header.sender};
  if (sender == options_.origin.sender) return "it calls itself " + name(sender) + ", as this one";
  if (!is_peer(sender)) return name(sender) + " is not a member here";
  if (hello.wanted != options_.origin.sender) {
    return "it wants " + name(hello.wanted) + ", this is " + name(options_.origin.sender);
  }
  return admit(sender, {hello.incarnation, hello.start});
}

std::string Admission::judge(const FrameHeader& header, const HelloAnswer& answer,
                             ReplicaId wanted) {
  if (ReplicaId{header.sender} != wanted) {
    return "it is " + name(ReplicaId{header.sender}) + " instead";
  }
  return admit(wanted, {answer.incarnation, answer.start});
}

std::string Admission::admit(ReplicaId peer, const Life& life) {
  Life& newest = newest_.at(peer.value);
  if (life.incarnation == newest.incarnation && life.start < newest.start) {
    return "its start number " + std::to_string(life.start.value) + " is older than " +
           std::to_string(newest.start.value) + ", which was here before";
  }
  std::string reason;
  if (!events_.admit(peer, life.incarnation, life.start, reason)) {
    return reason.empty() ? "the engine does not admit it" : reason;
  }
  newest = life;
  return {};
}

}  // namespace decree::transport
