#include "leases/suspicion.h"

#include <algorithm>
#include <cstdlib>

namespace decree::leases {

Suspicion::Suspicion(const Settings& settings, Time now) : settings_(settings), alive_(now) {}

void Suspicion::restart(Time now) {
  alive_ = now;
  heard_.reset();
}

void Suspicion::heard(Time now) {
  if (heard_) measure(now - *heard_);
  heard_ = now;
  alive(now);
}

void Suspicion::alive(Time now) { alive_ = std::max(alive_, now); }

void Suspicion::measure(Duration gap) {
  if (!mean_) {
    mean_ = gap;
    deviation_ = {gap.ns / 2};
    return;
  }
  const Duration error = gap - *mean_;
  mean_->ns += error.ns / 8;
  const std::int64_t surprise = std::abs(error.ns) - deviation_.ns;
  deviation_.ns += surprise / (surprise > 0 ? 4 : 256);
}

Duration Suspicion::timeout() const {
  const Duration learned = mean_.value_or(Duration{}) + deviation_ * 4;
  return std::clamp(learned, settings_.suspicion_floor, settings_.suspicion_cap);
}

}  // namespace decree::leases
