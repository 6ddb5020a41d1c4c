#include "sim/key_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "sim/string_model.h"

namespace decree::sim {
namespace {

constexpr std::size_t kSeats = 64;
constexpr std::size_t kMostConfigurations = 50'000;
constexpr std::size_t kNoEffect = std::numeric_limits<std::size_t>::max();

constexpr std::uint64_t bit(std::size_t seat) { return std::uint64_t{1} << seat; }

}  // namespace

KeySearch::KeySearch(std::vector<const Operation*> operations)
    : operations_(std::move(operations)), seats_(kSeats, nullptr) {
  drop_what_cannot_matter();
  make_events();
  current_.push_back(Configuration{std::nullopt, 0, {}, kNoEffect});
}

// A read without an answer shows nothing. A lost overwrite whose value nobody saw can be left out
// of every order that has it; without this rule each would double the configurations to keep.
void KeySearch::drop_what_cannot_matter() {
  std::set<std::string> seen;
  for (const Operation* operation : operations_) {
    if (operation->outcome == Outcome::done && operation->result) seen.insert(*operation->result);
    if (overwrites(operation->kind)) only_grows_ = false;
  }
  const bool only_overwrites = std::ranges::all_of(operations_, [](const Operation* operation) {
    return only_reads(operation->kind) || overwrites(operation->kind);
  });
  std::erase_if(operations_, [&](const Operation* operation) {
    if (operation->outcome == Outcome::failed) return true;
    if (operation->outcome == Outcome::done) return false;
    return only_reads(operation->kind) || (only_overwrites && !seen.contains(operation->argument));
  });
}

void KeySearch::make_events() {
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    const Operation& operation = *operations_[i];
    events_.push_back(Event{operation.invoked_ns, false, i});
    if (operation.outcome != Outcome::done) continue;
    if (operation.returned_ns < operation.invoked_ns) {
      throw std::invalid_argument("returns before it is invoked: " + describe(operation, 0));
    }
    events_.push_back(Event{operation.returned_ns, true, i});
  }
  // At equal times the invocation comes first: the two operations count as concurrent.
  std::ranges::sort(events_, {}, [](const Event& event) {
    return std::tuple(event.at_ns, event.returns, event.operation);
  });
  seat_of_.resize(operations_.size());
}

Linearizability KeySearch::run() {
  std::size_t returned = 0;
  for (const Event& event : events_) {
    const Operation& operation = *operations_[event.operation];
    if (!event.returns) {
      invoke(operation, event.operation);
      continue;
    }
    if (!finish(event.operation)) {
      return failure(Linearizability::Kind::undecided, operation, returned);
    }
    if (next_.size() == 0)
      return failure(Linearizability::Kind::not_linearizable, operation, returned);
    current_ = next_.take();
    ++returned;
  }
  return {};
}

std::size_t KeySearch::free_seat(const Operation& operation) const {
  const auto seat = std::ranges::find(seats_, nullptr);
  if (seat == seats_.end()) {
    throw std::invalid_argument("more than 64 operations at once: " + describe(operation, 0));
  }
  return static_cast<std::size_t>(seat - seats_.begin());
}

void KeySearch::invoke(const Operation& operation, std::size_t index) {
  if (operation.outcome == Outcome::unknown) {
    Unknown unknown{&operation, std::nullopt};
    for (std::size_t i = 0; i < unknown_.size(); ++i) {
      const Operation& other = *unknown_[i].operation;
      if (other.kind == operation.kind && other.argument == operation.argument) {
        unknown.same_before = i;
      }
    }
    unknown_.push_back(unknown);
    return;
  }
  seat_of_[index] = free_seat(operation);
  seats_[seat_of_[index]] = &operation;
  if (!only_reads(operation.kind)) return;
  for (Configuration& configuration : current_) let_reads_take_effect(configuration);
}

// Fills next_ with every configuration in which the operation has taken effect, and nothing after
// it. False if there are too many.
bool KeySearch::finish(std::size_t index) {
  const std::size_t seat = seat_of_[index];
  ConfigurationSet seen;
  frontier_.clear();
  for (Configuration& configuration : current_) {
    const bool done = (configuration.taken_effect & bit(seat)) != 0;
    if (done) {
      Configuration after = configuration;
      after.taken_effect &= ~bit(seat);
      next_.insert(after);
    } else if (!hopeless(configuration) && seen.insert(configuration)) {
      frontier_.push_back(configuration);
    }
  }
  while (!frontier_.empty() && seen.size() + next_.size() <= kMostConfigurations) {
    const Configuration from = std::move(frontier_.front());
    frontier_.pop_front();
    expand(from, seat, seen);
  }
  if (!frontier_.empty()) return false;
  if (next_.size() != 0) seats_[seat] = nullptr;
  return true;
}

void KeySearch::expand(const Configuration& from, std::size_t seat, ConfigurationSet& seen) {
  for (std::size_t other = 0; other < kSeats; ++other) {
    if (seats_[other] == nullptr || (from.taken_effect & bit(other)) != 0) continue;
    consider(from, *seats_[other], seat, std::nullopt, other, seen);
  }
  for (std::size_t i = 0; i < unknown_.size(); ++i) {
    if (from.unknown_used.contains(i)) continue;
    const auto same = unknown_[i].same_before;
    if (same && !from.unknown_used.contains(*same)) continue;
    consider(from, *unknown_[i].operation, seat, i, std::nullopt, seen);
  }
}

void KeySearch::consider(const Configuration& from, const Operation& operation, std::size_t seat,
                         std::optional<std::size_t> unknown, std::optional<std::size_t> taken_seat,
                         ConfigurationSet& seen) {
  auto value = take_effect(operation, from.value);
  if (!value) return;
  Configuration to{*std::move(value), from.taken_effect, from.unknown_used, from.trace};
  if (unknown) to.unknown_used.insert(*unknown);
  if (taken_seat) to.taken_effect |= bit(*taken_seat);
  to.trace = record(operation, from.trace);
  let_reads_take_effect(to);
  if (hopeless(to)) return;
  if ((to.taken_effect & bit(seat)) != 0) {
    to.taken_effect &= ~bit(seat);
    next_.insert(to);
  } else if (seen.insert(to)) {
    frontier_.push_back(std::move(to));
  }
}

// A pending read that fits may take effect at once: it changes nothing, and later it may not fit.
void KeySearch::let_reads_take_effect(Configuration& configuration) {
  for (std::size_t seat = 0; seat < kSeats; ++seat) {
    const Operation* operation = seats_[seat];
    if (operation == nullptr || !only_reads(operation->kind)) continue;
    if ((configuration.taken_effect & bit(seat)) != 0) continue;
    if (!take_effect(*operation, configuration.value)) continue;
    configuration.taken_effect |= bit(seat);
    configuration.trace = record(*operation, configuration.trace);
  }
}

bool KeySearch::hopeless(const Configuration& configuration) const {
  if (!only_grows_) return false;
  for (std::size_t seat = 0; seat < kSeats; ++seat) {
    if (seats_[seat] == nullptr || (configuration.taken_effect & bit(seat)) != 0) continue;
    if (!still_possible(*seats_[seat], configuration.value)) return true;
  }
  return false;
}

std::size_t KeySearch::record(const Operation& operation, std::size_t before) {
  effects_.push_back(Effect{&operation, before});
  return effects_.size() - 1;
}

Linearizability KeySearch::failure(Linearizability::Kind kind, const Operation& at,
                                   std::size_t prefix) const {
  const std::int64_t origin_ns = operations_.front()->invoked_ns;
  Linearizability verdict{kind, at.key, prefix, {}};
  const auto done = std::ranges::count(operations_, Outcome::done, &Operation::outcome);
  verdict.diagnosis = fmt::format(
      "key \"{}\": {}\n  {}\nThe {} operations that returned before it, of {} done, can be "
      "explained.\n"
      "{}Concurrent with it:\n{}",
      at.key,
      kind == Linearizability::Kind::undecided ? "too many orders are possible when this returns"
                                               : "not linearizable; no order explains this answer",
      describe(at, origin_ns), prefix, done, order_before_failure(), concurrent_with(at));
  return verdict;
}

std::string KeySearch::order_before_failure() const {
  constexpr std::size_t kShown = 12;
  const auto& example = current_.front();
  std::vector<const Operation*> order;
  for (std::size_t i = example.trace; i != kNoEffect && order.size() < kShown;
       i = effects_[i].before) {
    order.push_back(effects_[i].operation);
  }
  std::string text =
      fmt::format("One order of them (of {} that matter) ends in:\n", current_.size());
  for (auto i = order.rbegin(); i != order.rend(); ++i) {
    text += "  " + describe(**i, operations_.front()->invoked_ns) + "\n";
  }
  return text + fmt::format("and leaves the value {}\n",
                            example.value ? "\"" + *example.value + "\"" : "(none)");
}

std::string KeySearch::concurrent_with(const Operation& at) const {
  std::string text;
  for (const Operation* operation : seats_) {
    if (operation == nullptr || operation == &at) continue;
    text += "  " + describe(*operation, operations_.front()->invoked_ns) + "\n";
  }
  for (const Unknown& unknown : unknown_) {
    text += "  " + describe(*unknown.operation, operations_.front()->invoked_ns) + "\n";
  }
  return text.empty() ? "  nothing\n" : text;
}

}  // namespace decree::sim
