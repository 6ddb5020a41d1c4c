#include "decree/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <system_error>
#include <utility>

#include "paxos/message.h"

namespace decree {

namespace {

constexpr std::uint64_t kMiB = 1u << 20;
constexpr std::uint64_t kSecondUs = 1'000'000;

std::string range(const char* name, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
  if (value >= least && value <= most) return {};
  return fmt::format("option {} is {}, it must be {} to {}", name, value, least, most);
}

std::string check_members(const Options& options) {
  if (options.members.empty() || options.members.size() > kMaxReplicas) {
    return fmt::format("option members names {} replicas, it must name 1 to {}",
                       options.members.size(), kMaxReplicas);
  }
  std::set<ReplicaId> seen;
  for (const Member& member : options.members) {
    if (!member.id || member.id.value > kMaxReplicaId) {
      return fmt::format("option members has a replica {}, ids are 1 to {}", member.id.value,
                         kMaxReplicaId);
    }
    if (!seen.insert(member.id).second) {
      return fmt::format("option members names replica {} twice", member.id.value);
    }
    if (member.host.empty() || member.port == 0) {
      return fmt::format("option members has no host or no port for replica {}", member.id.value);
    }
  }
  if (seen.contains(options.id)) return {};
  return fmt::format("option id is {}, which is not one of members", options.id.value);
}

std::string check_times(const Options& options) {
  std::string problem = range("heartbeat_us", options.heartbeat_us, 1'000, kSecondUs);
  if (problem.empty()) {
    problem = range("suspect_us", options.suspect_us, 3 * options.heartbeat_us, 10 * kSecondUs);
  }
  if (!problem.empty()) return problem;
  return options.lease().check(options.heartbeat_us);
}

std::string check_sizes(const Options& options) {
  std::string problem = range("max_command_bytes", options.max_command_bytes, 1024, 16 * kMiB);
  if (problem.empty()) {
    problem = range("max_pending_bytes", options.max_pending_bytes, 4 * options.max_command_bytes,
                    16'384 * kMiB);
  }
  if (problem.empty()) {
    problem = range("log_bytes", options.log_bytes,
                    std::max(128 * options.max_command_bytes, 64 * kMiB), 1024 * 1024 * kMiB);
  }
  return problem;
}

template <typename Number>
bool read_number(std::string_view text, Number& value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end;
}

bool parse_member(std::string_view text, Member& member) {
  const std::size_t equals = text.find('=');
  const std::size_t colon = text.rfind(':');
  if (equals == std::string_view::npos || colon == std::string_view::npos || colon < equals) {
    return false;
  }
  std::string_view host = text.substr(equals + 1, colon - equals - 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  member.host = host;
  return !host.empty() && read_number(text.substr(0, equals), member.id.value) &&
         read_number(text.substr(colon + 1), member.port) && member.id && member.port != 0;
}

}  // namespace

std::string parse_members(std::string_view text, std::vector<Member>& members) {
  std::vector<Member> read;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view each = text.substr(begin, end - begin);
    if (!parse_member(each, read.emplace_back())) {
      return fmt::format("\"{}\" does not read id=host:port, like 2=10.0.0.2:7100", each);
    }
    begin = end + 1;
  }
  members = std::move(read);
  return {};
}

std::string LeaseSettings::check(std::uint64_t heartbeat_us) const {
  if (lease_us != 0) {
    std::string problem = range("lease_us", lease_us, 2 * heartbeat_us, 60 * kSecondUs);
    if (!problem.empty()) return problem;
  }
  return range("clock_rate_error_ppm", clock_rate_error_ppm, 1, 300'000);
}

std::string Options::check() const {
  if (cluster == 0) return "option cluster is 0, it must be any other number";
  if (directory.empty()) return "option directory is empty, it must name the log's directory";
  if (std::string problem = check_members(*this); !problem.empty()) return problem;
  if (std::string problem = range("priority", priority, 0, 1000); !problem.empty()) return problem;
  if (std::string problem = check_times(*this); !problem.empty()) return problem;
  return check_sizes(*this);
}

}  // namespace decree
