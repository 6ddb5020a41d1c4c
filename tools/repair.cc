#include "tools/repair.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "decree/error.h"
#include "replica/host.h"
#include "tools/inspect.h"
#include "tools/listing.h"

namespace decree::tools {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{20};
constexpr std::uint64_t kSegmentsOfALog = 16;  // as LogBudget has it
constexpr std::uint64_t kLargestCommand = 16u << 20;

/// Has no state: what is chosen goes into the log as bytes.
class NoMachine final : public StateMachine {
 public:
  void apply(const Entry&, Reply&) override {}
  std::unique_ptr<SnapshotView> snapshot() override { return nullptr; }
  void restore(SnapshotReader&) override {}
};

/// Nothing is proposed here, so that the limits need only admit what the group has.
Options options_of(const std::string& directory, const DirectoryFacts& facts,
                   std::vector<Member> members) {
  Options options;
  options.directory = directory;
  options.members = std::move(members);
  options.cluster = facts.cluster;
  options.id = facts.replica;
  options.lease_us = 0;
  options.log_bytes = kSegmentsOfALog * facts.segment_bytes;
  options.max_command_bytes =
      std::clamp(options.log_bytes / 128, options.max_command_bytes, kLargestCommand);
  return options;
}

/// Until nothing is missing. Empty, or what is.
std::string wait_until_whole(replica::Host& host, std::chrono::seconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  Status status = host.status();
  while (status.damaged && status.storage_error.empty() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(kBetweenLooks);
    status = host.status();
  }
  if (!status.damaged) return {};
  if (!status.storage_error.empty()) return status.storage_error;
  if (!status.repairing) {
    return fmt::format(
        "all through slot {} is here again; it may have accepted more than that, "
        "and the group has not decided it within {} s: that takes a leader",
        status.announced.value, patience.count());
  }
  return fmt::format("after {} s slot {} is missing still; connected to {} of {} peers",
                     patience.count(), status.announced.value + 1,
                     std::ranges::count_if(status.peers, &PeerStatus::connected),
                     status.peers.size());
}

}  // namespace

Verdict repair(const std::string& directory, const std::string& members,
               std::chrono::seconds patience) {
  std::vector<Member> group;
  std::string problem = parse_members(members, group);
  if (!problem.empty()) return {Exit::unreadable, "--from-peers: " + problem};
  Listing listing(false, false, false);
  DirectoryFacts facts;
  Verdict before = inspect_log(directory, listing, facts);
  if (before.exit != Exit::damaged) return before;
  try {
    NoMachine machine;
    replica::Host host(options_of(directory, facts, std::move(group)), machine,
                       replica::Part::learner);
    problem = wait_until_whole(host, patience);
    host.close();
  } catch (const OpenError& error) {
    return {Exit::unreadable, error.what()};
  }
  if (!problem.empty()) return {Exit::damaged, problem};
  fmt::print("\nafter the repair:\n");
  return inspect_log(directory, listing, facts);
}

}  // namespace decree::tools
