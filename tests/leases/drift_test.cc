// Leases against clocks that err by as much as rho allows, in opposite directions, in true time.
#include <gtest/gtest.h>

#include <optional>

#include "leases/grantor.h"
#include "leases/lease.h"
#include "leases/wait.h"
#include "tests/leases/times.h"

namespace decree::leases {
namespace {

/// A clock whose rate errs by `error_ppm`, with an origin of its own.
class DriftingClock final : public Clock {
 public:
  DriftingClock(const std::int64_t& true_ns, std::int64_t error_ppm, std::int64_t origin)
      : true_ns_(true_ns), rate_ppm_(1'000'000 + error_ppm), origin_(origin) {}
  [[nodiscard]] Time now() const override { return {origin_ + true_ns_ * rate_ppm_ / 1'000'000}; }

 private:
  const std::int64_t& true_ns_;
  std::int64_t rate_ppm_;
  std::int64_t origin_;
};

/// One lease and one election, every message without delay, which is the hardest case. T = 1,110 ns
/// so that with rho = 110,000 ppm the lease is 890 ns of a clock, and both it and the grant last
/// exactly 1,000 ns at the worst rates.
class Drift {
 public:
  Drift(std::int64_t holder_ppm, std::int64_t grantor_ppm, std::int64_t candidate_ppm,
        std::uint32_t assumed_rho_ppm)
      : holder_clock_(true_ns_, holder_ppm, 5'000'000),
        grantor_clock_(true_ns_, grantor_ppm, 90'000'000),
        candidate_clock_(true_ns_, candidate_ppm, 700'000'000),
        settings_(settings(assumed_rho_ppm)) {}

  /// The stamp goes out at true time 0; the candidate's prepare reaches the acceptors at
  /// `prepared_ns`. When the lease ends, in true time.
  void run(std::int64_t prepared_ns) {
    Lease lease(settings_, voters_);
    Grantor grantor(settings_, settings_.lease, Time{0});
    Wait wait(Settings{}, voters_);
    lease.begin(ballot(1, 1), start(1));
    lease.open();
    const LeaseAsk ask = lease.ask(holder_clock_.now());
    const LeaseEcho echo = grantor.take(ballot(1, 1), ask, grantor_clock_.now());
    for (std::uint32_t i = 1; i <= 2; ++i) lease.answer(id(i), ballot(1, 1), echo);
    ASSERT_TRUE(lease.valid(holder_clock_));
    for (true_ns_ = 0; true_ns_ <= 2'000; ++true_ns_) {
      if (true_ns_ == prepared_ns) promise(grantor, wait);
      const bool held = lease.valid(holder_clock_);
      const bool free = grantor.remainder(ballot(2, 2), start(1), grantor_clock_.now()).ns == 0;
      const bool announces = wait.over(candidate_clock_.now());
      if (held) lease_end_ = true_ns_ + 1;
      if (free && !grant_end_) grant_end_ = true_ns_;
      if (announces && !wait_end_) wait_end_ = true_ns_;
      overlap_ = overlap_ || (held && (free || announces));
    }
  }

  bool overlap_ = false;
  std::int64_t lease_end_ = 0;
  std::optional<std::int64_t> grant_end_;
  std::optional<std::int64_t> wait_end_;

 private:
  static Settings settings(std::uint32_t rho_ppm) {
    Settings settings;
    settings.lease = {1'110};
    settings.rho_ppm = rho_ppm;
    return settings;
  }
  void promise(const Grantor& grantor, Wait& wait) {
    const Duration left = grantor.remainder(ballot(2, 2), start(1), grantor_clock_.now());
    for (std::uint32_t i = 1; i <= 2; ++i) {
      wait.promise(id(i), static_cast<std::uint64_t>(left.ns), candidate_clock_.now());
    }
  }

  std::int64_t true_ns_ = 0;
  DriftingClock holder_clock_;
  DriftingClock grantor_clock_;
  DriftingClock candidate_clock_;
  Settings settings_;
  Voters voters_ = voters(3);
};

constexpr std::int64_t kRho = 110'000;

TEST(DriftTest, AtTheWorstRatesTheLeaseEndsAtTheVeryMomentTheGrantDoes) {
  Drift drift(-kRho, +kRho, +kRho, kRho);
  drift.run(0);
  EXPECT_EQ(drift.lease_end_, 1'000);
  EXPECT_EQ(drift.grant_end_, 1'000);
  EXPECT_EQ(drift.wait_end_, 1'000);
  EXPECT_FALSE(drift.overlap_);
}

TEST(DriftTest, NoLeaseOutlivesAGrantOrAWaitAtAnyRatesWithinRho) {
  for (const std::int64_t holder : {-kRho, std::int64_t{0}, kRho}) {
    for (const std::int64_t grantor : {-kRho, std::int64_t{0}, kRho}) {
      for (const std::int64_t candidate : {-kRho, std::int64_t{0}, kRho}) {
        for (const std::int64_t prepared : {0, 1, 100, 500, 899, 999, 1'000, 1'001, 1'500}) {
          Drift drift(holder, grantor, candidate, kRho);
          drift.run(prepared);
          EXPECT_FALSE(drift.overlap_)
              << holder << " " << grantor << " " << candidate << " " << prepared;
        }
      }
    }
  }
}

TEST(DriftTest, WithRhoUnderstatedTheLeaseDoesOutliveTheGrant) {
  Drift drift(-kRho, +kRho, +kRho, 0);
  drift.run(0);
  EXPECT_TRUE(drift.overlap_);
}

TEST(DriftTest, OnePartInAHundredBeyondRhoIsAlreadyTooMuch) {
  Drift drift(-kRho - 10'000, +kRho + 10'000, +kRho, kRho);
  drift.run(0);
  EXPECT_TRUE(drift.overlap_);
}

}  // namespace
}  // namespace decree::leases
