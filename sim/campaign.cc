#include "sim/campaign.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <sstream>
#include <vector>

#include "sim/run.h"
#include "sim/worker.h"

namespace decree::sim {

namespace {

using Instant = std::chrono::steady_clock::time_point;

constexpr int kPollMs = 200;
/// A worker tells its coverage that often.
constexpr std::uint64_t kReportEvery = 64;

double seconds_since(Instant then) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

/// What a worker writes: "begin SEED", "end SEED EVENTS OPERATIONS VIRTUAL_NS", "coverage COUNTS",
/// "failed SEED TEXT".
void work(const CampaignOptions& options, std::uint32_t job, const Subject& subject, int fd) {
  Coverage coverage;
  std::uint64_t untold = 0;
  for (std::uint64_t i = job; i < options.seeds; i += options.jobs) {
    const std::uint64_t seed = options.first + i;
    write_line(fd, fmt::format("begin {}", seed));
    const RunResult result = run_plan(draw_plan(seed, options.shape), subject, 0);
    if (!result.failure.empty()) {
      return write_line(fd, fmt::format("failed {} {}", seed, result.failure));
    }
    coverage += result.coverage;
    write_line(fd, fmt::format("end {} {} {} {}", seed, result.events, result.operations,
                               result.virtual_ns));
    if (++untold < kReportEvery && i + options.jobs < options.seeds) continue;
    write_line(fd, "coverage " + coverage.encode());
    coverage = {};
    untold = 0;
  }
}

class Campaign {
 public:
  Campaign(const CampaignOptions& options, const Subject& subject) : options_(options) {
    for (std::uint32_t job = 0; job < options.jobs; ++job) {
      jobs_.push_back(
          {std::make_unique<Worker>([&, job](int fd) { work(options, job, subject, fd); })});
    }
  }

  CampaignResult go() {
    while (!jobs_.empty() && !result_.failed && !out_of_time()) {
      wait();
      if (options_.progress) tell_progress();
    }
    result_.seconds = seconds_since(began_);
    return std::move(result_);
  }

 private:
  struct Job {
    std::unique_ptr<Worker> worker;
    std::uint64_t seed = 0;  // under way
    Instant since = std::chrono::steady_clock::now();
  };

  [[nodiscard]] bool out_of_time() const {
    return options_.seconds != 0 && seconds_since(began_) >= static_cast<double>(options_.seconds);
  }

  void wait() {
    std::vector<pollfd> ready;
    for (const Job& job : jobs_) ready.push_back({job.worker->fd(), POLLIN, 0});
    ::poll(ready.data(), ready.size(), kPollMs);
    for (std::size_t i = jobs_.size(); i-- > 0;) {
      Job& job = jobs_[i];
      if (seconds_since(job.since) > kHangsAfterSeconds) fail(job.seed, "the run does not end");
      if (ready[i].revents == 0) continue;
      if (job.worker->read([&](const std::string& line) { take(job, line); })) continue;
      const std::string died = job.worker->wait();
      if (!died.empty()) fail(job.seed, died);
      jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  void take(Job& job, const std::string& line) {
    std::istringstream words(line);
    std::string what;
    words >> what;
    if (what == "coverage") {
      result_.coverage += Coverage::decode(words);
      return;
    }
    words >> job.seed;
    job.since = std::chrono::steady_clock::now();
    if (what == "failed") {
      std::string text;
      std::getline(words >> std::ws, text, '\0');
      fail(job.seed, text);
    } else if (what == "end") {
      std::uint64_t events = 0;
      std::uint64_t operations = 0;
      std::int64_t virtual_ns = 0;
      words >> events >> operations >> virtual_ns;
      ++result_.seeds;
      result_.events += events;
      result_.operations += operations;
      result_.virtual_ns += virtual_ns;
    }
  }

  void fail(std::uint64_t seed, const std::string& what) {
    if (result_.failed && *result_.failed <= seed) return;
    result_.failed = seed;
    result_.failure = what;
  }

  void tell_progress() {
    // A long campaign speaks less often.
    const double elapsed = seconds_since(began_);
    if (seconds_since(told_) < std::max(1.0, elapsed / 60)) return;
    told_ = std::chrono::steady_clock::now();
    const double rate = static_cast<double>(result_.seeds) / elapsed;
    fmt::print(stderr, "{} of {} seeds, {:.0f} a second\n", result_.seeds, options_.seeds, rate);
  }

  const CampaignOptions& options_;
  CampaignResult result_;
  std::vector<Job> jobs_;
  Instant began_ = std::chrono::steady_clock::now();
  Instant told_ = began_;
};

}  // namespace

CampaignResult run_campaign(const CampaignOptions& options, const Subject& subject) {
  return Campaign(options, subject).go();
}

}  // namespace decree::sim
