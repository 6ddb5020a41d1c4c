// What the demo measured, and the table that shows it.
#ifndef DECREE_EXAMPLES_DEMO_REPORT_H_
#define DECREE_EXAMPLES_DEMO_REPORT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "examples/demo/cluster.h"
#include "examples/demo/histogram.h"
#include "examples/demo/ledger.h"

namespace decree::demo {

struct Report {
  double load_seconds = 0;
  std::size_t connections = 0;
  std::size_t outstanding = 0;  // writes of each connection
  Histogram latencies_ns;
  double kill_to_next_ack_ms = 0;
  Tally tally;
  std::vector<ReplicaInfo> replicas;  // at the end, all at the same slot

  [[nodiscard]] bool hashes_equal() const;
  /// Nothing lost, nothing twice, nothing that should not be there, three equal states.
  [[nodiscard]] bool is_good() const { return tally.is_clean() && hashes_equal(); }
  [[nodiscard]] std::string table() const;
};

/// 1234567 as "1,234,567".
std::string with_commas(std::uint64_t number);

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_REPORT_H_
