#include "examples/demo/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace decree::demo {
namespace {

constexpr std::string_view kRule =
    "  ------------------------------------------------------------------------------------\n";

std::string row(std::string_view what, const std::string& value, const std::string& remark) {
  return fmt::format("  {:<26}{:>16}{}{}\n", what, value, remark.empty() ? "" : "   ", remark);
}

std::string latency_row(const Report& report, std::string_view what, double share,
                        const std::string& remark) {
  return row(what, with_commas(report.latencies_ns.quantile(share) / 1000) + " us", remark);
}

}  // namespace

std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

bool Report::hashes_equal() const {
  return !replicas.empty() && std::ranges::all_of(replicas, [&](const ReplicaInfo& replica) {
    return !replica.state_hash.empty() && replica.state_hash == replicas.front().state_hash &&
           replica.applied == replicas.front().applied;
  });
}

std::string Report::table() const {
  const auto per_second =
      std::llround(static_cast<double>(tally.acknowledged) / std::max(load_seconds, 1e-9));
  std::string text(kRule);
  text += row("commits per second", with_commas(static_cast<std::uint64_t>(per_second)),
              fmt::format("over {:.1f} s of load, the failover included", load_seconds));
  text += latency_row(*this, "latency p50", 0.5, "per write, from its send to its answer;");
  text += latency_row(
      *this, "latency p99", 0.99,
      fmt::format("closed loop, {} connections with {} writes", connections, outstanding));
  text += latency_row(*this, "latency p99.9", 0.999, "outstanding each, at all three replicas");
  text += row("kill to next ack", fmt::format("{:.0f} ms", kill_to_next_ack_ms),
              "until a write sent after the kill is acknowledged");
  text += row("acknowledged", with_commas(tally.acknowledged), "");
  text += row("refused", with_commas(tally.refused), "answered: it did not happen");
  text += row("unknown", with_commas(tally.unknown),
              fmt::format("answer lost with the leader; {} of them happened",
                          with_commas(tally.unknown_applied)));
  text += row("lost", with_commas(tally.lost), "acknowledged, and not there");
  text += row("duplicated", with_commas(tally.duplicated), "there more than once");
  if (tally.refused_applied != 0) {
    text += row("refused, yet there", with_commas(tally.refused_applied), "");
  }
  if (tally.foreign != 0) text += row("never written, yet there", with_commas(tally.foreign), "");
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    text += row(fmt::format("state of replica {}", i + 1), replicas[i].state_hash,
                fmt::format("after slot {}", with_commas(replicas[i].applied)));
  }
  return text + std::string(kRule);
}

}  // namespace decree::demo
