#include "examples/demo/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace decree::demo {
namespace {

void count(Tally& tally, Outcome outcome, std::uint64_t copies) {
  if (copies > 1) tally.duplicated += copies - 1;
  switch (outcome) {
    case Outcome::done:
      ++tally.acknowledged;
      if (copies == 0) ++tally.lost;
      break;
    case Outcome::failed:
      ++tally.refused;
      if (copies > 0) ++tally.refused_applied;
      break;
    case Outcome::unknown:
      ++tally.unknown;
      if (copies > 0) ++tally.unknown_applied;
      break;
  }
}

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
  acknowledged += other.acknowledged;
  refused += other.refused;
  unknown += other.unknown;
  unknown_applied += other.unknown_applied;
  lost += other.lost;
  duplicated += other.duplicated;
  refused_applied += other.refused_applied;
  foreign += other.foreign;
  return *this;
}

std::size_t Ledger::enter() {
  outcomes_.push_back(Outcome::unknown);
  return outcomes_.size() - 1;
}

std::string Ledger::key(std::size_t number) const {
  return fmt::format("ledger:{}:{}", client_, number / kTokensPerKey);
}

std::string Ledger::token(std::size_t number) const {
  return fmt::format("{:03}.{:011};", client_, number);
}

Tally Ledger::compare_nth(std::size_t n, std::string_view stored) const {
  const std::size_t first = n * kTokensPerKey;
  const std::size_t end = std::min(first + kTokensPerKey, outcomes_.size());
  std::vector<std::uint64_t> copies(end - first);
  Tally tally;
  for (std::size_t at = 0; at < stored.size(); at += kTokenBytes) {
    const std::string_view found = stored.substr(at, kTokenBytes);
    std::size_t number = end;
    if (found.size() == kTokenBytes) std::from_chars(&found[4], &found[15], number);
    if (number >= first && number < end && found == token(number)) {
      ++copies[number - first];
    } else {
      ++tally.foreign;
    }
  }
  for (std::size_t i = first; i < end; ++i) count(tally, outcomes_[i], copies[i - first]);
  return tally;
}

}  // namespace decree::demo
