// Many runs in processes of their own: counted, stopped at a failure, and safe from what aborts.
#include "sim/campaign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "sim/run.h"
#include "sim/worker.h"
#include "tests/sim/notes_subject.h"

namespace decree::sim {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CampaignOptions options_of(std::uint64_t first, std::uint64_t seeds, std::uint32_t jobs) {
  CampaignOptions options;
  options.first = first;
  options.seeds = seeds;
  options.jobs = jobs;
  options.progress = false;
  options.shape.active = Duration::millis(200);
  return options;
}

// --- Campaigns.

TEST(Campaign, AddsUpAllSeedsOverAllJobs) {
  constexpr std::uint64_t kFirst = 11;
  constexpr std::uint64_t kSeeds = 150;  // more than a job tells of at a time
  const Shape shape = options_of(kFirst, kSeeds, 1).shape;
  CampaignResult expected;
  for (std::uint64_t seed = kFirst; seed < kFirst + kSeeds; ++seed) {
    const RunResult run = run_plan(draw_plan(seed, shape), Notes(), 0);
    ASSERT_THAT(run.failure, IsEmpty());
    expected.events += run.events;
    expected.operations += run.operations;
    expected.virtual_ns += run.virtual_ns;
    expected.coverage += run.coverage;
  }
  for (const std::uint32_t jobs : {1u, 3u}) {
    const CampaignResult result = run_campaign(options_of(kFirst, kSeeds, jobs), Notes());
    EXPECT_FALSE(result.failed) << result.failure;
    EXPECT_EQ(result.seeds, kSeeds);
    EXPECT_EQ(result.events, expected.events);
    EXPECT_EQ(result.operations, expected.operations);
    EXPECT_EQ(result.virtual_ns, expected.virtual_ns);
    EXPECT_EQ(result.coverage.encode(), expected.coverage.encode());
  }
}

TEST(Campaign, HasNothingForSomeOfManyJobs) {
  const CampaignResult result = run_campaign(options_of(1, 2, 5), Notes());
  EXPECT_FALSE(result.failed) << result.failure;
  EXPECT_EQ(result.seeds, 2u);
}

TEST(Campaign, EndsInTime) {
  CampaignOptions options = options_of(1, UINT64_MAX / 2, 1);
  options.seconds = 1;
  const CampaignResult result = run_campaign(options, Notes());
  EXPECT_FALSE(result.failed) << result.failure;
  EXPECT_GE(result.seconds, 1);
}

/// Knows a run by its last call, and lets nothing else fail.
class FailsOnce : public Notes {
 public:
  enum class How { objects, aborts };
  FailsOnce(std::uint64_t seed, How how) : how_(how) {
    const Shape shape = options_of(seed, 1, 1).shape;
    learning_ = true;
    EXPECT_THAT(run_plan(draw_plan(seed, shape), *this, 0).failure, IsEmpty());
    learning_ = false;
  }
  std::string judge(std::span<const Call> calls) const override {
    const std::int64_t mark = calls.back().returned_ns;
    if (learning_) mark_ = mark;
    if (learning_ || mark != mark_) return {};
    if (how_ == How::aborts) std::abort();
    return "this one\nis wrong";
  }

 private:
  How how_;
  bool learning_ = false;
  mutable std::int64_t mark_ = 0;
};

TEST(Campaign, StopsAtASeedThatFails) {
  const FailsOnce subject(15, FailsOnce::How::objects);
  const CampaignResult one = run_campaign(options_of(11, 1'000'000, 1), subject);
  EXPECT_EQ(one.failed, 15u);
  EXPECT_EQ(one.failure, "this one\nis wrong");
  EXPECT_EQ(one.seeds, 4u) << "those before it were clean";
  EXPECT_EQ(run_campaign(options_of(11, 1'000'000, 3), subject).failed, 15u);
}

TEST(Campaign, NamesTheSeedWhoseRunAborts) {
  const FailsOnce subject(15, FailsOnce::How::aborts);
  for (const std::uint32_t jobs : {1u, 3u}) {
    const CampaignResult result = run_campaign(options_of(11, 1'000'000, jobs), subject);
    EXPECT_EQ(result.failed, 15u);
    EXPECT_THAT(result.failure, HasSubstr("a broken invariant stopped a replica"));
  }
}

// --- Runs apart.

TEST(RunApart, SaysWhatTheRunSays) {
  const Plan plan = draw_plan(15, options_of(15, 1, 1).shape);
  EXPECT_THAT(run_apart(plan, Notes()), IsEmpty());
  EXPECT_EQ(run_apart(plan, FailsOnce(15, FailsOnce::How::objects)), "this one\nis wrong");
  EXPECT_THAT(run_apart(plan, FailsOnce(15, FailsOnce::How::aborts)),
              HasSubstr("a broken invariant stopped a replica"));
}

std::vector<std::string> lines_of(Worker& worker) {
  std::vector<std::string> lines;
  while (worker.read([&](const std::string& line) { lines.push_back(line); })) {
  }
  return lines;
}

TEST(Worker, BringsEachLineAsItWasWritten) {
  std::vector<std::string> lines{"", "one"};
  for (std::size_t size = 1; size < 300'000; size *= 3) lines.emplace_back(size, 'x');
  Worker worker([&](int fd) {
    for (const std::string& line : lines) write_line(fd, line);
  });
  EXPECT_THAT(lines_of(worker), ElementsAreArray(lines));
  EXPECT_THAT(worker.wait(), IsEmpty());
}

TEST(Worker, SaysHowItsProcessEnded) {
  Worker left([](int /*fd*/) { ::_exit(7); });
  EXPECT_EQ(left.wait(), "the process ended with status 7");
  Worker killed([](int /*fd*/) { ::raise(SIGKILL); });
  EXPECT_EQ(killed.wait(), "the process died of Killed");
}

TEST(Worker, EndsItsProcess) {
  pid_t pid = 0;
  {
    Worker endless([](int fd) {
      write_line(fd, std::to_string(::getpid()));
      for (;;) ::pause();
    });
    while (pid == 0) {
      ASSERT_TRUE(endless.read([&](const std::string& line) { pid = std::stoi(line); }));
    }
  }
  EXPECT_EQ(::kill(pid, 0), -1) << "it is gone, and has been waited for";
}

}  // namespace
}  // namespace decree::sim
