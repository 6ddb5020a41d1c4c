#include "leases/health.h"

#include <algorithm>

namespace decree::leases {

namespace {

/// Of a window in which heartbeats came late: more than this part is too much...
constexpr std::int64_t kStarvedPart = 4;
/// ...and no single one counts for more than this one, so that it takes three of them.
constexpr std::int64_t kLatestPart = 10;
constexpr std::int64_t kFirstBackOff = 4;  // stalls
constexpr Duration kLastBackOff = Duration::millis(60'000);

}  // namespace

Health::Health(const Settings& settings, Time now)
    : settings_(settings), window_(now), recovering_until_(now) {}

void Health::log(std::optional<Lsn> oldest, Time now) {
  if (oldest != oldest_) oldest_since_ = now;
  oldest_ = oldest;
}

void Health::beat(Time due, Time now) {
  if (now - window_ >= settings_.stall) {
    starved_ = late_ > Duration{settings_.stall.ns / kStarvedPart};
    window_ = now;
    late_ = {};
  }
  if (now > due) late_ = late_ + std::min(now - due, Duration{settings_.stall.ns / kLatestPart});
}

void Health::handed_over(Time now) {
  const bool soon = now < recovering_until_ + back_off_;
  const Duration first = settings_.stall * kFirstBackOff;
  back_off_ = soon ? std::clamp(back_off_ * 2, first, std::max(first, kLastBackOff)) : first;
  recovering_until_ = now + back_off_;
}

bool Health::log_stalled(Time now) const {
  return oldest_ && now - oldest_since_ >= settings_.stall;
}

Impairment Health::impairment(Time now) const {
  if (!program_healthy_) return Impairment::program;
  if (log_stalled(now)) return Impairment::log_stalled;
  if (log_full_) return Impairment::log_full;
  // Who leads no more beats no more: what it found then says less and less.
  if (starved_ && now - window_ < settings_.stall * 2) return Impairment::starved;
  return now < recovering_until_ ? Impairment::recovering : Impairment::none;
}

const char* describe(Impairment impairment) {
  switch (impairment) {
    case Impairment::none:
      return "";
    case Impairment::log_stalled:
      return "writes to its log do not end";
    case Impairment::log_full:
      return "there is no room for its log";
    case Impairment::starved:
      return "it gets too little processor time";
    case Impairment::program:
      return "its program says that it is not healthy";
    case Impairment::recovering:
      return "it gave up leading a short while ago";
  }
  return "";
}

}  // namespace decree::leases
