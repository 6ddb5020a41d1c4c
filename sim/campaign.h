// Many seeds, in as many processes as there are cores.
#ifndef DECREE_SIM_CAMPAIGN_H_
#define DECREE_SIM_CAMPAIGN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "decree/sim.h"
#include "sim/coverage.h"
#include "sim/plan.h"

namespace decree::sim {

struct CampaignOptions {
  std::uint64_t first = 1;
  std::uint64_t seeds = 1000;
  std::uint32_t jobs = 1;
  std::uint64_t seconds = 0;  // stop after; 0: when all seeds are done
  bool progress = true;
  Shape shape;
};

struct CampaignResult {
  std::uint64_t seeds = 0;  // clean ones
  std::uint64_t events = 0;
  std::uint64_t operations = 0;
  std::int64_t virtual_ns = 0;
  double seconds = 0;
  Coverage coverage;
  std::optional<std::uint64_t> failed;  // the first seed that was seen to fail
  std::string failure;
};

/// Stops at the first failure.
[[nodiscard]] CampaignResult run_campaign(const CampaignOptions& options, const Subject& subject);

}  // namespace decree::sim

#endif  // DECREE_SIM_CAMPAIGN_H_
