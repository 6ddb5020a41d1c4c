#include "bench/log_size.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/common_options.h"
#include "bench/floor_group.h"
#include "bench/log_size_report.h"
#include "bench/loopback.h"
#include "bench/replica_group.h"
#include "bench/scratch.h"
#include "bench/spread.h"

namespace decree::bench {
namespace {

constexpr std::size_t kReplicas = 3;
constexpr double kStartSeconds = 600;
constexpr std::uint64_t kLeastLog = 1u << 30;
constexpr std::size_t kPiece = 1u << 20;

struct Settings {
  std::vector<std::uint64_t> mebibytes{0, 1024, 10240};
  double seconds = 1;
  std::size_t rounds = 5;
  std::string directory = "/var/tmp";
};

double seconds_since(std::int64_t start_ns) {
  return static_cast<double>(now_ns() - start_ns) / 1e9;
}

void read_file(const std::string& path) {
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  static const std::unique_ptr<void, Free> piece(std::aligned_alloc(4096, kPiece));
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC));
  ssize_t got = 0;
  while ((got = ::read(file.get(), piece.get(), kPiece)) > 0) continue;
  if (got < 0) throw std::runtime_error("cannot read " + path);
}

/// The replicas of one size.
class Group {
 public:
  Group(std::string directory, std::uint64_t log_bytes)
      : directory_(std::move(directory)), log_bytes_(log_bytes), ports_(free_ports(kReplicas)) {
    for (std::size_t place = 0; place < kReplicas; ++place) {
      workers_.processes.emplace_back(arguments(place));
    }
    await_leader(workers_);
  }

  void fill(std::uint64_t bytes) {
    const LoadRequest request{.outstanding = 8, .payload_bytes = 1u << 20, .seconds = 0.5};
    while (bytes > 0 && log_bytes() < bytes) {
      run_until_it_counts(workers_, [&] {
        return carry_load(workers_.processes[workers_.leader], request).problem;
      });
    }
  }

  LoadResult load(const LoadRequest& request) {
    LoadResult result;
    run_until_it_counts(workers_, [&] {
      result = measure(workers_, request).load;
      return result.problem;
    });
    return result;
  }

  /// Kills a follower and starts it again; seconds until it serves.
  double restart() {
    Process& follower = workers_.processes[follower_place()];
    follower.kill();
    const std::int64_t start_ns = now_ns();
    follower = Process(arguments(follower_place()));
    ask(follower, {{"status", true}}, kStartSeconds);
    return seconds_since(start_ns);
  }

  /// Reads what a start of that follower reads; seconds.
  double read() const {
    const std::int64_t start_ns = now_ns();
    std::uint64_t left = log_bytes_read_;
    for (const std::string& path : segments()) {
      if (left == 0) break;
      read_file(path);
      left -= std::min(left, std::filesystem::file_size(path));
    }
    return seconds_since(start_ns);
  }

  std::uint64_t log_bytes() {
    await_leader(workers_);
    Process& follower = workers_.processes[follower_place()];
    const nlohmann::json status = ask(follower, {{"status", true}}, kStartSeconds);
    log_bytes_read_ = status.at("log_bytes").get<std::uint64_t>();
    return log_bytes_read_;
  }

 private:
  [[nodiscard]] std::size_t follower_place() const { return (workers_.leader + 1) % kReplicas; }

  [[nodiscard]] std::vector<std::string> arguments(std::size_t place) const {
    std::vector<std::string> words = replica_arguments(directory_, place, ports_);
    words.emplace_back("--log-bytes");
    words.push_back(std::to_string(log_bytes_));
    return words;
  }

  [[nodiscard]] std::vector<std::string> segments() const {
    std::vector<std::string> paths;
    const auto log = fmt::format("{}/replica-{}", directory_, follower_place() + 1);
    for (const auto& entry : std::filesystem::directory_iterator(log)) {
      if (entry.path().extension() == ".log") paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    return paths;
  }

  std::string directory_;
  std::uint64_t log_bytes_;  // the option
  std::uint64_t log_bytes_read_ = 0;
  std::vector<std::uint16_t> ports_;
  WorkerGroup workers_;
};

LogSizeRow measure_size(const Settings& settings, std::uint64_t bytes, const std::string& scratch) {
  const Scratch logs(scratch);
  // A snapshot would be taken at half of it.
  Group group(logs.path(), std::max(kLeastLog, bytes / 2 * 5));
  group.fill(bytes);
  const LoadRequest request{.outstanding = 1, .seconds = settings.seconds};
  std::vector<double> p50;
  std::vector<double> p99;
  std::vector<double> floors;
  for (std::size_t round = 0; round < settings.rounds; ++round) {
    floors.push_back(best_floor_us(scratch, kReplicas, request));
    const LoadResult load = group.load(request);
    p50.push_back(load.p50_us);
    p99.push_back(load.p99_us);
  }
  std::vector<double> starts;
  std::vector<double> reads;
  const std::uint64_t log_bytes = group.log_bytes();
  for (std::size_t round = 0; round < settings.rounds; ++round) {
    reads.push_back(group.read());
    starts.push_back(group.restart());
  }
  fmt::print(stderr, "{} MiB: p50 {:.0f} us, start {:.2f} s\n", log_bytes >> 20,
             spread_of(p50).median, spread_of(starts).median);
  return {.log_bytes = log_bytes,
          .p50_us = spread_of(p50).median,
          .p99_us = spread_of(p99).median,
          .floor_us = spread_of(floors).median,
          .start_s = spread_of(starts).median,
          .read_s = spread_of(reads).median};
}

void run(const Settings& settings) {
  throw_on_interrupt();
  std::filesystem::create_directories(settings.directory);
  const Scratch scratch(settings.directory);
  make_floor_files(scratch.path(), kReplicas);
  std::vector<LogSizeRow> rows;
  for (const std::uint64_t mebibytes : settings.mebibytes) {
    rows.push_back(measure_size(settings, mebibytes << 20, scratch.path()));
  }
  fmt::print(
      "Commits of 256 B, one at a time, and starts of a replica that was killed, by what the log "
      "holds behind no snapshot\nshare: of the speed at which the same files are read one after "
      "the other, past the page cache\n\n{}\n{}\n",
      to_table(rows), to_json(rows).dump());
}

}  // namespace

void add_log_size(CLI::App& program) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command =
      program.add_subcommand("log-size", "Commits and starts with logs of different sizes");
  command->add_option("--mebibytes", settings->mebibytes, "What the log holds, e.g. 0,1024,10240")
      ->delimiter(',')
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  add_seconds(*command, settings->seconds, "Of each measurement of latency");
  add_rounds(*command, settings->rounds, "Of latency, and of starts");
  add_directory(*command, settings->directory);
  command->callback([settings] { run(*settings); });
}

}  // namespace decree::bench
