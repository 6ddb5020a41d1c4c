#include "sim/coverage.h"

#include <fmt/format.h>

namespace decree::sim {

namespace {

/// Some meetings cannot be: what befalls a process does not befall one that is down.
bool can_meet(FaultKind kind, Stage stage) {
  switch (stage) {
    case Stage::opening:
      return kind == FaultKind::crash_opening;
    case Stage::down:
      return kind == FaultKind::rot || kind == FaultKind::wipe;
    case Stage::failed:
      return kind == FaultKind::crash || kind == FaultKind::restart;
    default:
      break;
  }
  switch (kind) {
    case FaultKind::crash_opening:
    case FaultKind::rot:
    case FaultKind::wipe:
      return false;           // they take the process down first
    case FaultKind::restore:  // only a follower has told a leader what it lacks afterwards
      return stage == Stage::following || stage == Stage::writing;
    case FaultKind::transfer:
      return stage == Stage::waiting || stage == Stage::leading || stage == Stage::leasing;
    default:
      return true;
  }
}

}  // namespace

Coverage& Coverage::operator+=(const Coverage& other) {
  for (std::size_t kind = 0; kind < kFaultKinds; ++kind) {
    for (std::size_t stage = 0; stage < kStages; ++stage) {
      counts_.at(kind).at(stage) += other.counts_.at(kind).at(stage);
    }
  }
  return *this;
}

std::string Coverage::encode() const {
  std::string text;
  for (const auto& row : counts_) text += fmt::format("{} ", fmt::join(row, " "));
  return text;
}

Coverage Coverage::decode(std::istream& words) {
  Coverage coverage;
  for (auto& row : coverage.counts_) {
    for (std::uint64_t& count : row) words >> count;
  }
  return coverage;
}

std::string Coverage::print() const {
  std::string text = fmt::format("{:21}", "");
  for (std::size_t stage = 0; stage < kStages; ++stage) {
    text += fmt::format("{:>12}", name_of(static_cast<Stage>(stage)));
  }
  text += '\n';
  for (std::size_t kind = 0; kind < kFaultKinds; ++kind) {
    text += fmt::format("{:21}", name_of(static_cast<FaultKind>(kind)));
    for (std::size_t stage = 0; stage < kStages; ++stage) {
      const std::uint64_t count = counts_.at(kind).at(stage);
      const bool possible = can_meet(static_cast<FaultKind>(kind), static_cast<Stage>(stage));
      text += count != 0 || possible ? fmt::format("{:12}", count) : fmt::format("{:>12}", '-');
    }
    text += '\n';
  }
  return text;
}

std::vector<std::string> Coverage::gaps() const {
  std::vector<std::string> gaps;
  for (std::size_t kind = 0; kind < kFaultKinds; ++kind) {
    for (std::size_t stage = 0; stage < kStages; ++stage) {
      const auto fault = static_cast<FaultKind>(kind);
      const auto met = static_cast<Stage>(stage);
      if (!can_meet(fault, met) || counts_.at(kind).at(stage) != 0) continue;
      gaps.push_back(fmt::format("{} while {}", name_of(fault), name_of(met)));
    }
  }
  return gaps;
}

}  // namespace decree::sim
