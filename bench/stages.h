// Where the time of the measured commits went.
#ifndef DECREE_BENCH_STAGES_H_
#define DECREE_BENCH_STAGES_H_

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/histogram.h"
#include "decree/stages.h"

namespace decree::bench {

/// A stage of a commit: how it is called, and where CommitStages has it.
struct StageName {
  const char* name;
  std::uint64_t CommitStages::*ns;
};
/// "remote" and the two disks run beside each other, within "quorum".
inline constexpr std::array<StageName, 9> kStages{{{"wait", &CommitStages::wait_ns},
                                                   {"encode", &CommitStages::encode_ns},
                                                   {"send", &CommitStages::send_ns},
                                                   {"local disk", &CommitStages::local_disk_ns},
                                                   {"remote disk", &CommitStages::remote_disk_ns},
                                                   {"remote", &CommitStages::remote_ns},
                                                   {"quorum", &CommitStages::quorum_ns},
                                                   {"apply", &CommitStages::apply_ns},
                                                   {"answer", &CommitStages::answer_ns}}};

/// Of many batches.
class StageTimes {
 public:
  void record(const CommitStages& stages);
  /// At kStages; 0 where a stage was never seen.
  [[nodiscard]] std::vector<double> medians_us() const;

 private:
  std::array<Histogram, kStages.size()> times_;
};

/// One line of a table.
struct StageRow {
  std::string in_flight;
  std::vector<double> medians_us;  // at kStages
};
/// Empty if there are no rows.
std::string stage_table(const std::vector<StageRow>& rows);

/// {"wait": ..., ...}
nlohmann::ordered_json stages_json(const std::vector<double>& medians_us);

}  // namespace decree::bench

#endif  // DECREE_BENCH_STAGES_H_
