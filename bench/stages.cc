#include "bench/stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "bench/decimals.h"

namespace decree::bench {

void StageTimes::record(const CommitStages& stages) {
  for (std::size_t i = 0; i < kStages.size(); ++i) {
    // 0: the batch was answered before.
    const std::uint64_t ns = stages.*kStages[i].ns;
    if (ns != 0) times_[i].record(ns);
  }
}

std::vector<double> StageTimes::medians_us() const {
  std::vector<double> medians;
  std::transform(
      times_.begin(), times_.end(), std::back_inserter(medians),
      [](const Histogram& times) { return static_cast<double>(times.quantile(0.5)) / 1e3; });
  return medians;
}

std::string stage_table(const std::vector<StageRow>& rows) {
  if (rows.empty()) return {};
  std::string table = fmt::format(
      "\nWhere it goes, medians of batches; what is remote or local lies within the quorum\n{:>12}",
      "in flight");
  for (const StageName& stage : kStages) table += fmt::format(" {:>11}", stage.name);
  table += '\n';
  for (const StageRow& row : rows) {
    table += fmt::format("{:>12}", row.in_flight);
    for (const double median : row.medians_us) table += fmt::format(" {:>11.1f}", median);
    table += '\n';
  }
  return table;
}

nlohmann::ordered_json stages_json(const std::vector<double>& medians_us) {
  nlohmann::ordered_json stages;
  for (std::size_t i = 0; i < medians_us.size(); ++i) {
    stages[kStages.at(i).name] = tenths(medians_us[i]);
  }
  return stages;
}

}  // namespace decree::bench
