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
  return admit(sender, Handshake::hello, hello.own);
}

std::string Admission::judge(const FrameHeader& header, const HelloAnswer& answer,
                             ReplicaId wanted) {
  if (ReplicaId{header.sender} != wanted) {
    return "it is " + name(ReplicaId{header.sender}) + " instead";
  }
  return admit(wanted, Handshake::answer, answer.own);
}

std::string Admission::admit(ReplicaId peer, Handshake part, const Introduction& stated) {
  std::string reason;
  if (events_.admit(peer, part, stated, reason)) return {};
  return reason.empty() ? "the engine does not admit it" : reason;
}

}  // namespace decree::transport
