#include "sim/witness.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <variant>

namespace decree::sim {

namespace {

std::uint64_t digest_of(const Value& value) {
  const std::array<std::uint64_t, 3> head{static_cast<std::uint64_t>(value.kind),
                                          value.client.value, value.sequence.value};
  const std::uint64_t seed = XXH3_64bits(head.data(), sizeof head);
  return XXH3_64bits_withSeed(value.bytes.view.data(), value.bytes.size(), seed);
}

std::string name(const Ballot& ballot) {
  return fmt::format("{}.{}", ballot.round, ballot.replica.value);
}

}  // namespace

/// Rule 4: what a leader tells as announced it has applied itself, but for what was announced
/// before its first slot.
void Witness::check_announced(ReplicaId from, Slot applied, const Message& message) {
  Slot told;
  Slot before;
  if (const auto* accept = std::get_if<Accept>(&message)) {
    told = accept->announced;
    before = accept->ballot_first.previous();
  } else if (const auto* heartbeat = std::get_if<Heartbeat>(&message)) {
    told = heartbeat->announced;
    before = heartbeat->ballot_first.previous();
  } else if (const auto* watermark = std::get_if<Watermark>(&message)) {
    told = watermark->announced;
    const auto reign = reigns_.find(watermark->ballot);
    if (reign == reigns_.end()) return;
    before = reign->second.first.previous();
  } else if (const auto* point = std::get_if<ReadPointAnswer>(&message)) {
    told = point->point;
  } else if (const auto* answer = std::get_if<ForwardAnswer>(&message)) {
    told = answer->token.slot;
  }
  if (told <= std::max(applied, before)) return;
  verdict_.fail(fmt::format("replica {} tells of slot {} as announced and has applied only {}",
                            from.value, told.value, applied.value));
}

void Witness::sent(ReplicaId from, StartNumber start, Slot applied, const Message& message) {
  check_announced(from, applied, message);
  if (const auto* prepare = std::get_if<Prepare>(&message)) {
    take(from, start, *prepare);
  } else if (const auto* promise = std::get_if<Promise>(&message)) {
    take(from, *promise);
  } else if (const auto* accept = std::get_if<Accept>(&message)) {
    take(from, *accept);
  } else if (const auto* accepted = std::get_if<Accepted>(&message)) {
    take(from, *accepted);
  } else if (const auto* chosen = std::get_if<Chosen>(&message)) {
    take(*chosen);
  }
}

/// Rule 2: a ballot is new, also after a restart.
void Witness::take(ReplicaId from, StartNumber start, const Prepare& prepare) {
  Word& word = words_.at(from.value);
  const bool again = prepare.ballot == word.prepared && start == word.prepared_by;
  if (!again && prepare.ballot <= word.prepared) {
    verdict_.fail(fmt::format("replica {} prepares ballot {} after ballot {} of an earlier start",
                              from.value, name(prepare.ballot), name(word.prepared)));
  }
  word.prepared = prepare.ballot;
  word.prepared_by = start;
  // That its own acceptor promises is nobody's business until it counts.
  check_word(from, prepare.ballot, "prepares");
}

void Witness::take(ReplicaId from, const Promise& promise) {
  gave_word(from, promise.ballot, "promises");
  if (promise.last) reigns_[promise.ballot].promised_by |= std::uint64_t{1} << from.value;
}

/// Rule 1: nothing below a promise that anybody has heard of.
void Witness::check_word(ReplicaId from, const Ballot& ballot, const char* what) {
  const Ballot& promised = words_.at(from.value).promised;
  if (ballot >= promised) return;
  verdict_.fail(fmt::format("replica {} {} ballot {} after its word on ballot {}", from.value, what,
                            name(ballot), name(promised)));
}

void Witness::gave_word(ReplicaId from, const Ballot& ballot, const char* what) {
  check_word(from, ballot, what);
  Ballot& promised = words_.at(from.value).promised;
  promised = std::max(promised, ballot);
}

/// Rule 3: nothing is proposed before a quorum has promised this very ballot.
void Witness::check_mandate(ReplicaId from, const Ballot& ballot, const Reign& reign) {
  const auto promises =
      static_cast<std::size_t>(std::popcount(reign.promised_by | std::uint64_t{1} << from.value));
  if (promises >= quorum_) return;
  verdict_.fail(fmt::format("replica {} leads with ballot {} and {} promises", from.value,
                            name(ballot), promises));
}

/// Rule 1: one value per ballot and slot. Above a choice, no ballot proposes another value.
void Witness::take(ReplicaId from, const Accept& accept) {
  Reign& reign = reigns_[accept.ballot];
  check_mandate(from, accept.ballot, reign);
  reign.first = accept.ballot_first;
  std::uint64_t slot = accept.first.value;
  for (const Value& value : accept.values) {
    const std::uint64_t digest = digest_of(value);
    const auto [place, fresh] = reign.proposed.try_emplace(slot, digest);
    if (place->second != digest) {
      verdict_.fail(fmt::format("replica {} proposes two values in slot {} under ballot {}",
                                from.value, slot, name(accept.ballot)));
    }
    const auto found = chosen_.find(slot);
    if (found != chosen_.end() && found->second.ballot < accept.ballot &&
        found->second.digest != digest) {
      verdict_.fail(
          fmt::format("replica {} proposes another value in slot {} under ballot {} than "
                      "the one that was chosen under ballot {}",
                      from.value, slot, name(accept.ballot), name(found->second.ballot)));
    }
    ++slot;
  }
}

void Witness::take(ReplicaId from, const Accepted& accepted) {
  gave_word(from, accepted.ballot, "accepts");
  const auto found = reigns_.find(accepted.ballot);
  if (found == reigns_.end()) return;
  Reign& reign = found->second;
  Slot& through = reign.through.at(from.value);
  through = std::max(through, accepted.through);
  std::array<Slot, kMaxReplicas + 1> sorted = reign.through;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  const Slot quorum = sorted.at(quorum_ - 1);
  for (Slot slot = std::max(reign.chosen.next(), reign.first); slot <= quorum; slot = slot.next()) {
    const auto value = reign.proposed.find(slot.value);
    if (value != reign.proposed.end()) choose(slot, accepted.ballot, value->second);
  }
  reign.chosen = std::max(reign.chosen, quorum);
}

void Witness::choose(Slot slot, const Ballot& ballot, std::uint64_t digest) {
  const auto [place, fresh] = chosen_.try_emplace(slot.value, Choice{ballot, digest});
  if (place->second.digest != digest) {
    verdict_.fail(fmt::format("two values are chosen in slot {}: under ballots {} and {}",
                              slot.value, name(place->second.ballot), name(ballot)));
  }
  place->second.ballot = std::min(place->second.ballot, ballot);
}

void Witness::take(const Chosen& chosen) {
  std::uint64_t slot = chosen.first.value;
  for (const Value& value : chosen.values) {
    const auto found = chosen_.find(slot);
    if (found != chosen_.end() && found->second.digest != digest_of(value)) {
      verdict_.fail(
          fmt::format("slot {} is told as chosen with another value than was chosen", slot));
    }
    ++slot;
  }
}

}  // namespace decree::sim
