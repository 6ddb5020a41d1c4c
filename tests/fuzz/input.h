// A fuzzer's bytes, taken one after the other as numbers and as bytes.
#ifndef DECREE_TESTS_FUZZ_INPUT_H_
#define DECREE_TESTS_FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "tests/support/choices.h"

namespace decree {

/// At its end every number is 0.
class Input final : public Choices {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const std::byte*>(data), size) {}

  /// Takes as many bytes as the bound needs, so that a change of one changes one decision.
  std::uint64_t below(std::uint64_t bound) override {
    std::uint64_t number = 0;
    for (std::uint64_t most = bound - 1; most > 0; most >>= 8) number = number << 8 | byte();
    return number % bound;
  }
  /// Any number of this many bits.
  template <class Number>
  Number any() {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) number = number << 8 | byte();
    return static_cast<Number>(number);
  }
  /// The next bytes, fewer at the end.
  std::span<const std::byte> bytes(std::size_t size) {
    const std::span<const std::byte> taken = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  /// The last bytes as an input of their own, so that what stands before them moves none of its
  /// decisions.
  Input take_end(std::size_t size) {
    Input end(nullptr, 0);
    end.rest_ = rest_.last(std::min(size, rest_.size()));
    rest_ = rest_.first(rest_.size() - end.rest_.size());
    return end;
  }
  std::span<const std::byte> rest() { return bytes(rest_.size()); }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::uint8_t byte() {
    const std::span<const std::byte> next = bytes(1);
    return next.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(next[0]);
  }

  std::span<const std::byte> rest_;
};

}  // namespace decree

#endif  // DECREE_TESTS_FUZZ_INPUT_H_
