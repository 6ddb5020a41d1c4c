// The story of the demo, from the first start to the verdict.
#ifndef DECREE_EXAMPLES_DEMO_SCENARIO_H_
#define DECREE_EXAMPLES_DEMO_SCENARIO_H_

#include <filesystem>

#include "examples/demo/cluster.h"
#include "examples/demo/load.h"
#include "examples/demo/narrator.h"
#include "examples/demo/report.h"

namespace decree::demo {

/// Every step throws std::runtime_error if it does not come to pass in good time.
class Scenario {
 public:
  Scenario(const std::filesystem::path& program, const std::filesystem::path& directory,
           double load_seconds, const Narrator& narrator);

  /// True if everything is as it must be.
  bool run();

 private:
  void start_replicas();
  void load_until(double second);
  void kill_the_leader();
  void restart_the_killed();
  void stop_the_load();
  void read_everything_back();
  void compare_states();
  bool stop_replicas();

  Cluster cluster_;
  double load_seconds_;
  const Narrator& narrator_;
  std::vector<std::uint16_t> ports_;
  std::unique_ptr<Load> load_;
  Clock::time_point load_started_;
  int leader_ = 0;
  int killed_ = 0;
  Report report_;
};

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_SCENARIO_H_
