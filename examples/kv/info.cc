#include "examples/kv/info.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "examples/kv/version.h"

namespace decree::kv {
namespace {

class Text {
 public:
  template <typename Value>
  void line(std::string_view name, const Value& value) {
    fmt::format_to(std::back_inserter(text_), "{}:{}\r\n", name, value);
  }
  void title(std::string_view name) {
    fmt::format_to(std::back_inserter(text_), "{}# {}\r\n", text_.empty() ? "" : "\r\n", name);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string_view name_of(Role role) {
  switch (role) {
    case Role::follower:
      return "follower";
    case Role::candidate:
      return "candidate";
    case Role::leader:
      return "leader";
  }
  return "unknown";
}

std::string name_of(const Ballot& ballot) {
  return fmt::format("{}.{}", ballot.round, ballot.replica.value);
}

void server(const InfoFacts& facts, Text& text) {
  text.line("redis_version", kRedisVersion);
  text.line("redis_mode", "standalone");
  text.line("server_name", "decree-kv");
  text.line("process_id", getpid());
  text.line("tcp_port", facts.port);
  text.line("uptime_in_seconds", facts.uptime_s);
}

void clients(const InfoFacts& facts, Text& text) {
  text.line("connected_clients", facts.clients);
  text.line("maxclients", facts.max_clients);
  text.line("client_buffer_bytes", facts.buffered_bytes);
}

void memory(const InfoFacts& facts, Text& text) {
  text.line("used_memory", facts.keys.bytes() + facts.buffered_bytes);
  text.line("used_memory_dataset", facts.keys.bytes());
  text.line("maxmemory", facts.max_data_bytes);
  text.line("maxmemory_policy", "noeviction");
}

void stats(const InfoFacts& facts, Text& text) {
  text.line("total_connections_received", facts.connections);
  text.line("total_commands_processed", facts.commands);
}

void log(const Status& status, Text& text) {
  text.line("log_disk", status.log_disk);
  text.line("log_segments", status.log_segments);
  text.line("log_bytes", status.log_bytes);
  text.line("log_bytes_written", status.log_bytes_written);
  text.line("log_dropped", status.log_dropped.value);
  text.line("snapshot", status.snapshot.value);
  text.line("snapshot_bytes", status.snapshot_bytes);
  text.line("log_damages", status.log_damages);
  text.line("log_bytes_scrubbed", status.log_bytes_scrubbed);
  text.line("log_scrub_age_s", status.log_scrub_age_s);
  text.line("repairing", status.repairing ? 1 : 0);
  text.line("storage_error", status.storage_error);
  text.line("impairment", status.impairment);
}

// Not master or slave, as Redis says: every replica takes writes.
void replication(const InfoFacts& facts, Text& text) {
  const Status& status = facts.status;
  text.line("replica", status.id.value);
  text.line("incarnation", fmt::format("{:016x}", status.incarnation.value));
  text.line("start", status.start.value);
  text.line("role", name_of(status.role));
  text.line("leader", status.leader.value);
  text.line("leader_changes", status.leader_changes);
  text.line("leader_change", status.leader_change);
  text.line("ballot", name_of(status.ballot));
  text.line("promised", name_of(status.promised));
  text.line("accepted", status.accepted.value);
  text.line("announced", status.announced.value);
  text.line("applied", status.applied.value);
  text.line("applied_digest", fmt::format("{:016x}", status.applied_digest));
  text.line("state_hash", fmt::format("{:016x}", facts.keys.hash()));
  text.line("clock_ms", facts.keys.clock_ms());
  text.line("lease_held", status.holds_lease ? 1 : 0);
  text.line("lease_left_us", status.lease_left_us);
  text.line("lease_us", status.lease_settings.lease_us);
  text.line("clock_rate_error_ppm", status.lease_settings.clock_rate_error_ppm);
  text.line("clock_faults", status.clock_faults);
  text.line("proposals_pending", status.proposals_pending);
  text.line("reads_pending", status.reads_pending);
  log(status, text);
  for (const PeerStatus& peer : status.peers) {
    text.line(fmt::format("peer{}", peer.id.value),
              fmt::format("connected={},accepted={},grant_left_us={},silent_us={},suspect_at_us={}",
                          peer.connected ? 1 : 0, peer.accepted.value, peer.grant_left_us,
                          peer.silent_us, peer.suspect_at_us));
  }
}

void keyspace(const InfoFacts& facts, Text& text) {
  if (facts.keys.size() > 0) {
    text.line("db0", fmt::format("keys={},expires={},avg_ttl=0", facts.keys.size(),
                                 facts.keys.expiring()));
  }
}

struct Section {
  std::string_view title;
  std::string_view name;
  void (*write)(const InfoFacts&, Text&);
};

constexpr Section kSections[] = {
    {"Server", "server", server},
    {"Clients", "clients", clients},
    {"Memory", "memory", memory},
    {"Stats", "stats", stats},
    {"Replication", "replication", replication},
    {"Keyspace", "keyspace", keyspace},
};

bool is_wanted(const Section& section, Arguments names) {
  return names.empty() || std::any_of(names.begin(), names.end(), [&](std::string_view name) {
           return is_word(name, section.name) || is_word(name, "all") || is_word(name, "default") ||
                  is_word(name, "everything");
         });
}

}  // namespace

std::string format_info(const InfoFacts& facts, Arguments sections) {
  Text text;
  for (const Section& section : kSections) {
    if (is_wanted(section, sections)) {
      text.title(section.title);
      section.write(facts, text);
    }
  }
  return text.take();
}

}  // namespace decree::kv
