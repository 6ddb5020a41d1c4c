#include "examples/kv/settings.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <limits>

namespace decree::kv {
namespace {

template <typename Integer>
Integer parse_number(const std::string& text, Integer low, const std::string& option) {
  Integer value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value < low) {
    throw SettingsError(option + ": \"" + text + "\" is not a number from " + std::to_string(low) +
                        " to " + std::to_string(std::numeric_limits<Integer>::max()));
  }
  return value;
}

double to_ms(std::uint64_t microseconds) { return static_cast<double>(microseconds) / 1000; }

struct Raw {
  std::uint32_t id = 0;
  std::string members;
  std::string listen = "127.0.0.1:6379";
  std::string read = "linearizable";
  double heartbeat_ms = to_ms(Options{}.heartbeat_us);
  double suspect_ms = to_ms(Options{}.suspect_us);
  double lease_ms = to_ms(Options{}.lease_us);
  std::size_t log_mb = 1024;
  std::size_t max_memory_mb = 1024;
  std::size_t max_buffer_mb = 256;
};

void declare(CLI::App& app, Raw& raw, Settings& settings) {
  app.add_option("--id", raw.id, "This replica, one of --members")->required();
  app.add_option("--members", raw.members, "All replicas: 1=host:port,2=host:port,...")->required();
  app.add_option("--directory", settings.replica.directory, "Where the log is; made if missing")
      ->required();
  app.add_option("--cluster", settings.replica.cluster, "Number of the cluster, not 0")
      ->default_val(1);
  app.add_option("--listen", raw.listen, "host:port for clients; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--read", raw.read, "linearizable, or local: reads may be stale")
      ->check(CLI::IsMember({"linearizable", "local"}))
      ->capture_default_str();
  app.add_option("--priority", settings.replica.priority, "Of two that could lead, the higher does")
      ->capture_default_str();
  app.add_option("--heartbeat-ms", raw.heartbeat_ms, "Of a leader")->capture_default_str();
  app.add_option("--suspect-ms", raw.suspect_ms, "Least silence of a leader that is suspicious")
      ->capture_default_str();
  app.add_option("--lease-ms", raw.lease_ms, "Leader lease of a new group; 0: none")
      ->capture_default_str();
  app.add_option("--log-mb", raw.log_mb, "Of the log's files; at half of it a snapshot is taken")
      ->capture_default_str();
  app.add_option("--max-clients", settings.server.limits.clients, "More are refused")
      ->capture_default_str();
  app.add_option("--max-memory-mb", raw.max_memory_mb, "Of keys and values")->capture_default_str();
  app.add_option("--max-buffer-mb", raw.max_buffer_mb, "Of all clients' requests and replies")
      ->capture_default_str();
  app.add_option("--clock-offset-ms", settings.server.clock_offset_ms,
                 "Added to the wall clock, to try clocks that disagree")
      ->capture_default_str();
}

std::uint64_t to_us(double milliseconds, const std::string& option) {
  constexpr double kMost = 3'600'000;
  if (!(milliseconds >= 0 && milliseconds <= kMost)) {
    throw SettingsError(option + " must be from 0 to 3600000");
  }
  return static_cast<std::uint64_t>(milliseconds * 1000);
}

void convert(const Raw& raw, Settings* settings) {
  settings->replica.id = ReplicaId{raw.id};
  const std::string unread = parse_members(raw.members, settings->replica.members);
  if (!unread.empty()) {
    throw SettingsError("--members: " + unread);
  }
  settings->replica.max_command_bytes = kMaxCommandBytes;
  settings->replica.log_bytes = raw.log_mb << 20;
  settings->replica.heartbeat_us = to_us(raw.heartbeat_ms, "--heartbeat-ms");
  settings->replica.suspect_us = to_us(raw.suspect_ms, "--suspect-ms");
  settings->replica.lease_us = to_us(raw.lease_ms, "--lease-ms");
  std::tie(settings->server.host, settings->server.port) = parse_endpoint(raw.listen, "--listen");
  settings->server.heartbeat_us = settings->replica.heartbeat_us;
  settings->server.reads_locally = raw.read == "local";
  settings->server.limits.data_bytes = raw.max_memory_mb << 20;
  settings->server.limits.buffer_bytes = raw.max_buffer_mb << 20;
  const std::string wrong = settings->replica.check();
  if (!wrong.empty()) {
    throw SettingsError(wrong);
  }
}

}  // namespace

std::pair<std::string, std::uint16_t> parse_endpoint(const std::string& text,
                                                     const std::string& option) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) {
    throw SettingsError(option + ": \"" + text + "\" is not host:port");
  }
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return {host, parse_number<std::uint16_t>(text.substr(colon + 1), 0, option)};
}

std::optional<Settings> parse_settings(int argc, char** argv, int* status) {
  CLI::App app("decree-kv: a replicated key-value store that speaks the Redis protocol");
  Raw raw;
  Settings settings;
  declare(app, raw, settings);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    *status = app.exit(error);
    return std::nullopt;
  }
  convert(raw, &settings);
  return settings;
}

}  // namespace decree::kv
