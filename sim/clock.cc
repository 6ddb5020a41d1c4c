#include "sim/clock.h"

namespace decree::sim {

namespace {
constexpr std::int64_t kMillion = 1'000'000;
}  // namespace

Time Clock::at(Time truth) const {
  const std::int64_t elapsed = (truth - since_).ns;
  // In two parts, so that it neither overflows nor rounds differently anywhere.
  const std::int64_t extra =
      elapsed / kMillion * error_ppm_ + elapsed % kMillion * error_ppm_ / kMillion;
  return base_ + Duration{elapsed + extra};
}

Time Clock::when(Time reading) const {
  if (reading == kNever) return kNever;
  const std::int64_t wanted = (reading - base_).ns;
  const std::int64_t rate = kMillion + error_ppm_;
  Time guess = since_ + Duration{wanted / rate * kMillion + wanted % rate * kMillion / rate};
  while (at(guess) < reading) guess = guess + Duration{1};
  while (at(guess - Duration{1}) >= reading) guess = guess - Duration{1};
  return guess;
}

}  // namespace decree::sim
