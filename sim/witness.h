// What replicas tell each other, held against the rules of the protocol.
#ifndef DECREE_SIM_WITNESS_H_
#define DECREE_SIM_WITNESS_H_

#include <array>
#include <cstdint>
#include <map>
#include <unordered_map>

#include "paxos/message.h"
#include "sim/verdict.h"

namespace decree::sim {

/// Sees every message that leaves a replica. A replica's word is what it must keep, through every
/// crash: promises, acceptances, and that a ballot belongs to one start.
class Witness {
 public:
  Witness(std::size_t voters, Verdict& verdict) : quorum_(voters / 2 + 1), verdict_(verdict) {}

  /// `from` is in its `start`th start and has applied everything through `applied`.
  void sent(ReplicaId from, StartNumber start, Slot applied, const Message& message);
  /// The replica lost its directory, or got an old one back: nobody holds it to its word.
  void excuse(ReplicaId id) { words_.at(id.value) = {}; }

 private:
  struct Word {
    Ballot promised;  // told to somebody
    Ballot prepared;  // the highest that it asked for
    StartNumber prepared_by;
  };
  struct Choice {
    Ballot ballot;
    std::uint64_t digest = 0;
  };

  /// Of each ballot: what it proposed, and through which slot each acceptor has accepted.
  struct Reign {
    Slot first{1};
    std::map<std::uint64_t, std::uint64_t> proposed;  // slot: digest of the value
    std::array<Slot, kMaxReplicas + 1> through;
    Slot chosen;                    // through here a quorum has said so
    std::uint64_t promised_by = 0;  // a bit for each replica that has sent a whole promise
  };

  void take(ReplicaId from, StartNumber start, const Prepare& prepare);
  void take(ReplicaId from, const Promise& promise);
  void take(ReplicaId from, const Accept& accept);
  void take(ReplicaId from, const Accepted& accepted);
  void take(const Chosen& chosen);
  void check_announced(ReplicaId from, Slot applied, const Message& message);
  void check_mandate(ReplicaId from, const Ballot& ballot, const Reign& reign);
  void check_word(ReplicaId from, const Ballot& ballot, const char* what);
  void gave_word(ReplicaId from, const Ballot& ballot, const char* what);
  void choose(Slot slot, const Ballot& ballot, std::uint64_t digest);

  std::size_t quorum_;
  Verdict& verdict_;
  std::array<Word, kMaxReplicas + 1> words_;
  std::map<Ballot, Reign> reigns_;
  std::unordered_map<std::uint64_t, Choice> chosen_;  // by slot
};

}  // namespace decree::sim

#endif  // DECREE_SIM_WITNESS_H_
