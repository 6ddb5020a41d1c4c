#include "bench/join.h"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/cluster_id.h"
#include "bench/common_options.h"
#include "bench/join_report.h"
#include "bench/replica_load.h"
#include "bench/write_ledger.h"
#include "decree/replica.h"

namespace decree::bench {
namespace {

struct Settings {
  Options replica;
  std::string members;
  std::vector<std::uint32_t> outstanding{1, 8, 64, 256, 1024};
  std::uint32_t payload_bytes = 256;
  double seconds = 2;
  std::size_t rounds = 5;
};

/// SIGINT and SIGTERM, for the thread that waits for them instead of being ended.
class Interrupts {
 public:
  /// Before other threads are started, so that none of them takes the signals.
  Interrupts() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGINT);
    ::sigaddset(&signals_, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  /// True if one came within that time.
  bool within(std::chrono::milliseconds patience) {
    const timespec time{0, std::chrono::nanoseconds(patience).count()};
    return ::sigtimedwait(&signals_, nullptr, &time) > 0;
  }

 private:
  sigset_t signals_{};
};

LoadRequest load_of(const Settings& settings, std::uint32_t outstanding) {
  return {.outstanding = outstanding,
          .payload_bytes = settings.payload_bytes,
          .seconds = settings.seconds,
          .rate_per_s = 0,
          .stages = true};
}

Measurement measure_once(Replica& replica, const LoadRequest& request) {
  Measurement measurement = measure([&](const LoadRequest& load) { return carry(replica, load); },
                                    [] { return cpu_us_of(::getpid()); }, request);
  if (const std::string& problem = measurement.load.problem; !problem.empty()) {
    throw std::runtime_error("a run failed: " + problem);
  }
  return measurement;
}

std::vector<CommitRow> measure_all(Replica& replica, const Settings& settings) {
  std::vector<std::vector<Round>> rounds(settings.outstanding.size());
  for (std::size_t round = 1; round <= settings.rounds; ++round) {
    fmt::print(stderr, "round {} of {}\n", round, settings.rounds);
    for (std::size_t i = 0; i < rounds.size(); ++i) {
      const LoadRequest request = load_of(settings, settings.outstanding[i]);
      rounds[i].push_back({.engine = measure_once(replica, request), .floors = {}});
    }
  }
  std::vector<CommitRow> rows;
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    rows.push_back(summarize(settings.replica.members.size(),
                             load_of(settings, settings.outstanding[i]), rounds[i], {}));
  }
  return rows;
}

void measure_and_report(Replica& replica, const Settings& settings) {
  const std::size_t replicas = settings.replica.members.size();
  const std::string disk = replica.status().log_disk;
  const std::vector<CommitRow> rows = measure_all(replica, settings);
  fmt::print(
      "Commits of {} bytes by {} replicas, from a caller in the leader's process, in us\n"
      "Medians of {} rounds of {} s; the leader writes with {}\n\n{}\n{}\n",
      settings.payload_bytes, replicas, settings.rounds, settings.seconds, disk,
      to_join_table(rows), to_join_json(rows));
}

/// What to tell the person in front of the terminal.
std::string state_of(const Status& status) {
  std::string leader = "nobody leads";
  if (status.leader) leader = fmt::format("replica {} leads", status.leader.value);
  if (status.leader == status.id) leader = "this replica leads";
  return fmt::format("{}; connected to {} of {} others", leader,
                     std::ranges::count_if(status.peers, &PeerStatus::connected),
                     status.peers.size());
}

bool may_measure(const Status& status) {
  return status.role == Role::leader && status.holds_lease &&
         std::ranges::all_of(status.peers, &PeerStatus::connected);
}

void run(Settings& settings) {
  const std::string unread = parse_members(settings.members, settings.replica.members);
  if (!unread.empty()) throw std::runtime_error("--members: " + unread);
  Interrupts interrupts;
  WriteLedger machine;
  Replica replica = Replica::open(settings.replica, machine);
  std::string told;
  while (!interrupts.within(std::chrono::milliseconds(100))) {
    const Status status = replica.status();
    if (!status.storage_error.empty()) throw std::runtime_error(status.storage_error);
    if (const std::string state = state_of(status); state != told) {
      fmt::print(stderr, "{}\n", state);
      told = state;
    }
    if (may_measure(status)) return measure_and_report(replica, settings);
  }
}

void add_load(CLI::App& command, Settings& settings) {
  add_outstanding(command, settings.outstanding);
  command.add_option("--payload", settings.payload_bytes, "Bytes of a command")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  add_seconds(command, settings.seconds, "Of each run, after its warm-up");
  add_rounds(command, settings.rounds, "For the medians");
}

}  // namespace

void add_join(CLI::App& program) {
  auto settings = std::make_shared<Settings>();
  settings->replica.cluster = kCluster;
  CLI::App* command = program.add_subcommand(
      "join",
      "One replica of a group on several hosts, each started like this. Once all are connected "
      "the one that leads measures commits and where their time goes, and ends; the others serve "
      "it until they are interrupted");
  Options& replica = settings->replica;
  command->add_option("--id", replica.id.value, "This replica, one of --members")->required();
  command->add_option("--members", settings->members, "All replicas: 1=host:port,2=host:port,...")
      ->required();
  command
      ->add_option("--directory", replica.directory,
                   "For the log, on the disk to measure; made if missing, and left there")
      ->required();
  command->add_option("--priority", replica.priority, "Of two that could lead, the higher does")
      ->capture_default_str();
  add_load(*command, *settings);
  command->callback([settings] { run(*settings); });
}

}  // namespace decree::bench
