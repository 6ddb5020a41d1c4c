#include "bench/peers/peer_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/decimals.h"

namespace decree::bench {
namespace {

constexpr std::string_view kNotes =
    "/floor, /decree: p50 over that of the floor, and of Decree with a caller of the same kind.\n"
    "cpu: of the replicas for each commit, with the caller where it is in the leader.\n"
    "redis: no consensus. SET, then WAIT for one of two replicas: an acknowledged write can be "
    "lost\n"
    "when another server is made the first one, and a refused one can stay.\n";

std::string name_of(Caller caller) { return caller == Caller::in_leader ? "in leader" : "client"; }

/// The system of this project that proposes in the same way.
std::string counterpart(Caller caller) {
  return caller == Caller::in_leader ? "decree" : "decree-kv";
}

std::string ratio_beside(const PeerRow& row) {
  return row.beside.empty() ? "" : fmt::format("{:.2f}", row.ratio_beside);
}

}  // namespace

void compare(std::vector<PeerRow>& rows) {
  for (PeerRow& row : rows) {
    const auto beside = std::ranges::find(rows, counterpart(row.caller), &PeerRow::system);
    if (beside != rows.end()) {
      row.beside = beside->system;
      row.ratio_beside = row.commits.p50_us / beside->commits.p50_us;
    }
  }
}

nlohmann::ordered_json to_json(const std::vector<PeerRow>& rows,
                               const std::vector<PeerFacts>& systems) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const PeerRow& row : rows) {
    const CommitRow& commits = row.commits;
    list.push_back({{"system", row.system},
                    {"caller", name_of(row.caller)},
                    {"outstanding", commits.outstanding},
                    {"payload_bytes", commits.payload_bytes},
                    {"commits", commits.commits},
                    {"p50_us", tenths(commits.p50_us)},
                    {"p99_us", tenths(commits.p99_us)},
                    {"p999_us", tenths(commits.p999_us)},
                    {"max_us", tenths(commits.max_us)},
                    {"commits_per_s", std::round(commits.commits_per_s)},
                    {"cpu_us_per_commit", thousandths(commits.cpu_us_per_commit)},
                    {"floor_p50_us", tenths(commits.floor_p50_us)},
                    {"ratio_p50", thousandths(commits.ratio_p50)},
                    {"p50_least_us", tenths(commits.p50_least_us)},
                    {"p50_most_us", tenths(commits.p50_most_us)}});
    if (!row.beside.empty()) {
      list.back()["beside"] = row.beside;
      list.back()["ratio_beside"] = thousandths(row.ratio_beside);
    }
  }
  nlohmann::ordered_json versions = nlohmann::ordered_json::object();
  nlohmann::ordered_json repeated = nlohmann::ordered_json::object();
  for (const PeerFacts& facts : systems) {
    versions[facts.system] = facts.version;
    repeated[facts.system] = facts.repeated_runs;
  }
  return {{"peers", list}, {"versions", versions}, {"repeated_runs", repeated}};
}

std::string to_table(const std::vector<PeerRow>& rows) {
  std::string table = fmt::format(
      "{:>7} {:>6}  {:<9} {:<9}  {:>8} {:>15} {:>8} {:>8} {:>9} {:>8} {:>8}  {:>6} {:>7} {:>7}\n",
      "bytes", "flight", "system", "caller", "p50", "(rounds)", "p99", "p99.9", "max", "/s", "cpu",
      "floor", "/floor", "/decree");
  for (const PeerRow& row : rows) {
    const CommitRow& commits = row.commits;
    const std::string range =
        fmt::format("({:.0f}-{:.0f})", commits.p50_least_us, commits.p50_most_us);
    table += fmt::format(
        "{:>7} {:>6}  {:<9} {:<9}  {:>8.0f} {:>15} {:>8.0f} {:>8.0f} {:>9.0f} {:>8.0f} {:>8.1f}  "
        "{:>6.0f} {:>7.2f} {:>7}\n",
        commits.payload_bytes, commits.outstanding, row.system, name_of(row.caller), commits.p50_us,
        range, commits.p99_us, commits.p999_us, commits.max_us, commits.commits_per_s,
        commits.cpu_us_per_commit, commits.floor_p50_us, commits.ratio_p50, ratio_beside(row));
  }
  return table;
}

std::string_view notes() { return kNotes; }

}  // namespace decree::bench
