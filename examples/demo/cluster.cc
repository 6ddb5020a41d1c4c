#include "examples/demo/cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "examples/demo/ports.h"
#include "examples/demo/resp_client.h"

namespace decree::demo {
namespace {

constexpr std::chrono::seconds kAnswer{2};

/// "name:value" lines; anything else is skipped.
std::map<std::string, std::string, std::less<>> fields_of(std::string_view text) {
  std::map<std::string, std::string, std::less<>> fields;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      fields.emplace(line.substr(0, colon), line.substr(colon + 1));
    }
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return fields;
}

template <typename Number>
Number number_in(const std::string& text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

Cluster::Cluster(std::filesystem::path program, std::filesystem::path directory, int replicas)
    : program_(std::move(program)),
      directory_(std::move(directory)),
      members_(static_cast<std::size_t>(replicas)) {
  const auto ports = free_ports(members_.size() * 2);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    members_[i].peer_port = ports[2 * i];
    members_[i].client_port = ports[2 * i + 1];
  }
}

const Cluster::Member& Cluster::member(int id) const {
  return members_.at(static_cast<std::size_t>(id - 1));
}
Cluster::Member& Cluster::member(int id) { return members_.at(static_cast<std::size_t>(id - 1)); }

std::filesystem::path Cluster::directory(int id) const {
  return directory_ / fmt::format("replica-{}", id);
}
std::filesystem::path Cluster::output(int id) const {
  return directory_ / fmt::format("replica-{}.out", id);
}

std::string Cluster::members_option() const {
  std::string text;
  for (int id = 1; id <= size(); ++id) {
    text += fmt::format("{}{}=127.0.0.1:{}", id == 1 ? "" : ",", id, member(id).peer_port);
  }
  return text;
}

void Cluster::start(int id) {
  member(id).process.emplace(
      Process::Command{program_.string(),
                       {"--id", std::to_string(id), "--members", members_option(), "--directory",
                        directory(id).string(), "--listen", fmt::format("127.0.0.1:{}", port(id))},
                       output(id).string()});
}

void Cluster::kill(int id) {
  member(id).process->kill();
  member(id).process.reset();
}

bool Cluster::terminate_all(Deadline deadline) {
  bool orderly = true;
  for (Member& each : members_) {
    if (each.process) orderly = each.process->terminate(deadline) == 0 && orderly;
    each.process.reset();
  }
  return orderly;
}

void Cluster::watch(Deadline until) const {
  int first = 1;
  while (!is_running(first)) ++first;
  for (;;) {
    for (int id = 1; id <= size(); ++id) {
      if (is_running(id) &&
          wait_for_events(member(id).process->descriptor(), POLLIN, Clock::now())) {
        throw std::runtime_error(
            fmt::format("replica {} ended; its output is in {}", id, output(id).string()));
      }
    }
    if (Clock::now() >= until) return;
    const Deadline soon = std::min(until, after(std::chrono::milliseconds(100)));
    wait_for_events(member(first).process->descriptor(), POLLIN, soon);
  }
}

std::optional<ReplicaInfo> Cluster::info(int id, Deadline deadline) const {
  if (!is_running(id)) return std::nullopt;
  const Deadline soon = std::min(deadline, after(kAnswer));
  auto client = RespClient::connect(port(id), soon);
  if (!client) return std::nullopt;
  const auto reply = client->call({"INFO", "replication"}, soon);
  if (!reply || reply->kind != RespReply::Kind::bulk) return std::nullopt;
  auto fields = fields_of(reply->text);
  return ReplicaInfo{fields["role"], number_in<int>(fields["leader"]),
                     number_in<std::uint64_t>(fields["applied"]), fields["state_hash"]};
}

template <typename Condition>
void Cluster::wait(Condition condition, int id, Deadline deadline, const std::string& what) const {
  if (wait_until(std::move(condition), member(id).process->descriptor(), deadline)) return;
  const bool ended = wait_for_events(member(id).process->descriptor(), POLLIN, Clock::now());
  throw std::runtime_error(fmt::format("{} while waiting for {}; its output is in {}",
                                       ended ? fmt::format("replica {} ended", id) : "out of time",
                                       what, output(id).string()));
}

std::optional<int> Cluster::agreed_leader() const {
  int leader = 0;
  for (int id = 1; id <= size(); ++id) {
    if (!is_running(id)) continue;
    const auto replica = info(id, after(kAnswer));
    if (!replica || replica->leader == 0) return std::nullopt;
    if (leader != 0 && replica->leader != leader) return std::nullopt;
    leader = replica->leader;
  }
  const auto claim = leader == 0 ? std::nullopt : info(leader, after(kAnswer));
  if (!claim || claim->role != "leader") return std::nullopt;
  return leader;
}

int Cluster::wait_for_leader(Deadline deadline) const {
  int running = 1;
  while (!is_running(running)) ++running;
  std::optional<int> leader;
  wait([&] { return (leader = agreed_leader()).has_value(); }, running, deadline,
       "the replicas to agree on a leader");
  return *leader;
}

ReplicaInfo Cluster::wait_until_caught_up(int id, Deadline deadline) const {
  std::uint64_t goal = 0;
  for (int other = 1; other <= size(); ++other) {
    if (other == id) continue;
    if (const auto replica = info(other, deadline)) goal = std::max(goal, replica->applied);
  }
  std::optional<ReplicaInfo> caught_up;
  wait(
      [&] {
        caught_up = info(id, deadline);
        return caught_up && caught_up->leader != 0 && caught_up->applied >= goal;
      },
      id, deadline, fmt::format("replica {} to catch up with slot {}", id, goal));
  return *caught_up;
}

std::vector<ReplicaInfo> Cluster::level_infos() const {
  std::vector<ReplicaInfo> infos;
  for (int id = 1; id <= size(); ++id) {
    const auto replica = info(id, after(kAnswer));
    if (!replica || (!infos.empty() && infos.front().applied != replica->applied)) return {};
    infos.push_back(*replica);
  }
  return infos;
}

std::vector<ReplicaInfo> Cluster::wait_until_level(Deadline deadline) const {
  std::vector<ReplicaInfo> infos;
  wait([&] { return !(infos = level_infos()).empty(); }, 1, deadline,
       "all replicas to have applied the same slot");
  return infos;
}

}  // namespace decree::demo
