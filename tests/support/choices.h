// Where a test takes its decisions from: random numbers, or the bytes of a fuzzer.
#ifndef DECREE_TESTS_SUPPORT_CHOICES_H_
#define DECREE_TESTS_SUPPORT_CHOICES_H_

#include <cstdint>
#include <random>

namespace decree {

class Choices {
 public:
  virtual ~Choices() = default;
  /// A number below `bound`, which is above 0.
  virtual std::uint64_t below(std::uint64_t bound) = 0;
};

class RandomChoices final : public Choices {
 public:
  explicit RandomChoices(std::uint64_t seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t bound) override { return random_() % bound; }

 private:
  std::mt19937_64 random_;
};

}  // namespace decree

#endif  // DECREE_TESTS_SUPPORT_CHOICES_H_
