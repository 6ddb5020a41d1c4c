// What one client wrote and what it was told: the account that is checked against the store.
#ifndef DECREE_EXAMPLES_DEMO_LEDGER_H_
#define DECREE_EXAMPLES_DEMO_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "examples/demo/outcome.h"

namespace decree::demo {

/// The result of comparing a ledger with what the store holds.
struct Tally {
  std::uint64_t acknowledged = 0;
  std::uint64_t refused = 0;  // the store said that they did not happen
  std::uint64_t unknown = 0;  // no answer, or one that says so
  std::uint64_t unknown_applied = 0;
  std::uint64_t lost = 0;             // acknowledged, and not there
  std::uint64_t duplicated = 0;       // there more than once, each surplus copy counted
  std::uint64_t refused_applied = 0;  // refused, and there all the same
  std::uint64_t foreign = 0;          // bytes, counted in tokens, that nobody wrote

  Tally& operator+=(const Tally& other);
  /// Everything that must be there is there once, and nothing else.
  [[nodiscard]] bool is_clean() const {
    return lost == 0 && duplicated == 0 && refused_applied == 0 && foreign == 0;
  }
};

/// Every write is APPEND of a token that is never used again, so a write that is lost is missing,
/// and one that was applied twice is there twice; nothing can hide. Tokens go to one key after
/// another, so that no value becomes long.
class Ledger {
 public:
  static constexpr std::size_t kTokenBytes = 16;
  static constexpr std::size_t kTokensPerKey = 512;

  explicit Ledger(int client) : client_(client) {}

  /// Enters a write, unknown until settled. Returns its number: 0, 1, ...
  std::size_t enter();
  void settle(std::size_t number, Outcome outcome) { outcomes_[number] = outcome; }

  [[nodiscard]] std::string key(std::size_t number) const;
  [[nodiscard]] std::string token(std::size_t number) const;

  [[nodiscard]] std::size_t keys() const {
    return (outcomes_.size() + kTokensPerKey - 1) / kTokensPerKey;
  }
  /// The key of the n-th group of tokens, and what the store holds under it ("" if nothing).
  [[nodiscard]] std::string nth_key(std::size_t n) const { return key(n * kTokensPerKey); }
  [[nodiscard]] Tally compare_nth(std::size_t n, std::string_view stored) const;

 private:
  int client_;
  std::vector<Outcome> outcomes_;
};

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_LEDGER_H_
