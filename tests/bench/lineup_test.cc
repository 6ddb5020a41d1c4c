// Systems that are none, measured in turn.
#include "bench/peers/lineup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace decree::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What happened, and what is to fail.
struct Script {
  std::vector<std::string> turns;
  std::string problem_once = {};
  std::string broken = {};
  std::size_t problems = 0;  // of the runs that follow
  std::int64_t cpu_us = 0;
};

class FakeSystem final : public System {
 public:
  FakeSystem(std::string name, Script& script) : name_(std::move(name)), script_(script) {}

  void take_turn() override {
    script_.turns.push_back(name_);
    if (script_.broken == name_) throw std::runtime_error("no leader");
  }
  LoadResult load(const LoadRequest& request) override {
    script_.cpu_us += 1000;
    LoadResult result;
    result.commits = request.outstanding;
    result.p50_us = static_cast<double>(name_.size());
    if (script_.problems > 0) {
      --script_.problems;
      result.problem = "the leader moved";
    }
    return result;
  }
  void end_turn() override {}
  [[nodiscard]] std::int64_t cpu_us() const override { return script_.cpu_us; }
  [[nodiscard]] std::string version() const override { return name_ + "-1"; }
  [[nodiscard]] std::string log_tail() const override { return "the log of " + name_; }

 private:
  std::string name_;
  Script& script_;
};

class LineupTest : public ::testing::Test {
 protected:
  Lineup start(const std::vector<std::string>& names) {
    std::vector<SystemKind> kinds;
    for (const std::string& name : names) {
      kinds.push_back(
          {.name = name, .caller = Caller::client, .start = [=, this](const std::string& own) {
             EXPECT_TRUE(std::filesystem::is_empty(own));
             return std::make_unique<FakeSystem>(name, script_);
           }});
    }
    return Lineup(kinds, directory_.path().string());
  }

  TemporaryDirectory directory_;
  Script script_;
};

TEST_F(LineupTest, AnotherSystemBeginsEachRound) {
  Lineup lineup = start({"a", "bb", "ccc"});
  lineup.measure_round({});
  EXPECT_THAT(script_.turns, ElementsAre("a", "bb", "ccc"));
  script_.turns.clear();
  const std::vector<Measurement> second = lineup.measure_round({});
  EXPECT_THAT(script_.turns, ElementsAre("bb", "ccc", "a"));
  EXPECT_EQ(second[0].load.p50_us, 1);
  EXPECT_EQ(second[2].load.p50_us, 3);
  EXPECT_THAT(lineup.versions(), ElementsAre("a-1", "bb-1", "ccc-1"));
}

TEST_F(LineupTest, ARunThatDoesNotCountIsRepeatedAndCounted) {
  Lineup lineup = start({"a", "b"});
  lineup.warm_up({});
  script_.problems = 2;
  const std::vector<Measurement> measured = lineup.measure_round({.outstanding = 5});
  EXPECT_EQ(measured[0].load.problem, "");
  EXPECT_EQ(measured[0].load.commits, 5U);
  EXPECT_THAT(lineup.repeated_runs(), ElementsAre(2U, 0U));
}

TEST_F(LineupTest, AFailureNamesTheSystemAndShowsItsLog) {
  Lineup lineup = start({"a", "b"});
  script_.broken = "b";
  try {
    lineup.warm_up({});
    FAIL() << "nothing is thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("b: no leader"));
    EXPECT_THAT(error.what(), HasSubstr("the log of b"));
  }
}

TEST_F(LineupTest, OneThatDoesNotStartIsNamed) {
  const auto start = [](const std::string&) -> std::unique_ptr<System> {
    throw std::runtime_error("the disk is full");
  };
  try {
    Lineup lineup({{.name = "etcd", .caller = Caller::client, .start = start}},
                  directory_.path().string());
    FAIL() << "nothing is thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("etcd: the disk is full"));
  }
}

}  // namespace
}  // namespace decree::bench
