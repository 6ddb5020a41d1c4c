// Three replicas on real sockets and a real disk are killed again and again under load, one at a
// time and all at once, and paused: what the clients saw must be linearizable all the same.
//
// The order of what is done comes from a seed, which a failure prints; DECREE_SEED sets it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

#include "examples/demo/cluster.h"
#include "sim/linearizability.h"
#include "tests/chaos/crowd.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_directory.h"

namespace decree::tests {
namespace {

constexpr int kClients = 6;
constexpr int kRoundsOfOne = 42;
constexpr int kRoundsOfAll = 4;
constexpr int kRoundsOfPause = 6;
constexpr std::uint64_t kOperations = 120;  // that must be done before the next blow
constexpr std::chrono::seconds kPatience{60};

std::uint64_t seed_of_this_run() {
  if (const char* text = std::getenv("DECREE_SEED")) return std::stoull(text);
  return std::random_device()();
}

void show_end_of(const std::filesystem::path& file) {
  constexpr std::size_t kShown = 15;
  std::ifstream in(file);
  std::deque<std::string> lines;
  for (std::string line; std::getline(in, line); lines.push_back(line)) {
    if (lines.size() == kShown) lines.pop_front();
  }
  std::cout << "The end of " << file << ":\n";
  for (const std::string& line : lines) std::cout << "  " << line << "\n";
}

class KillTest : public ::testing::Test {
 protected:
  KillTest()
      : seed_(seed_of_this_run()),
        random_(seed_),
        directory_(std::filesystem::current_path()),
        cluster_(std::filesystem::path(bin_dir()) / "decree-kv", directory_.path(), 3) {}

  ~KillTest() override {
    if (!HasFailure()) return;
    directory_.keep();
    for (int id = 1; id <= cluster_.size(); ++id) show_end_of(cluster_.output(id));
    std::cout << "DECREE_SEED=" << seed_ << "; everything is kept in " << directory_.path() << "\n";
  }

  int draw(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }

  void start_all() {
    for (int id = 1; id <= cluster_.size(); ++id) cluster_.start(id);
    cluster_.wait_for_leader(demo::after(kPatience));
  }

  void wait_for_operations(Stage& stage) {
    const std::uint64_t goal = stage.done.load() + kOperations;
    const demo::Deadline deadline = demo::after(kPatience);
    while (stage.done.load() < goal) {
      if (demo::Clock::now() >= deadline) {
        throw std::runtime_error("the clients get no answers any more");
      }
      cluster_.watch(demo::after(std::chrono::milliseconds(5)));
    }
  }

  int draw_victim() {
    const int leader = cluster_.wait_for_leader(demo::after(kPatience));
    return draw(0, 1) == 0 ? leader : draw(1, cluster_.size());
  }

  void kill_one(Stage& stage) {
    const int victim = draw_victim();
    kill(victim);
    if (draw(0, 1) == 0) wait_for_operations(stage);
    cluster_.start(victim);
    if (draw(0, 1) == 0) wait_for_operations(stage);
    cluster_.wait_until_caught_up(victim, demo::after(kPatience));
  }

  void kill_all() {
    std::array<int, 3> order{1, 2, 3};
    std::ranges::shuffle(order, random_);
    for (const int id : order) kill(id);
    std::ranges::shuffle(order, random_);
    for (const int id : order) cluster_.start(id);
    cluster_.wait_for_leader(demo::after(kPatience));
  }

  // For longer than its lease lasts, since others have done work meanwhile.
  void pause_the_leader(Stage& stage) {
    const int leader = cluster_.wait_for_leader(demo::after(kPatience));
    cluster_.pause(leader);
    wait_for_operations(stage);
    cluster_.resume(leader);
    wait_for_operations(stage);
    cluster_.wait_until_caught_up(leader, demo::after(kPatience));
  }

  void kill(int id) {
    cluster_.kill(id);
    ++kills_[static_cast<std::size_t>(id - 1)];
  }

  void rounds(Stage& stage) {
    std::vector<int> rounds(kRoundsOfOne, 0);
    rounds.insert(rounds.end(), kRoundsOfAll, 1);
    rounds.insert(rounds.end(), kRoundsOfPause, 2);
    std::ranges::shuffle(rounds, random_);
    for (const int round : rounds) {
      wait_for_operations(stage);
      if (round == 0) kill_one(stage);
      if (round == 1) kill_all();
      if (round == 2) pause_the_leader(stage);
    }
    wait_for_operations(stage);
  }

  void check(const History& history) {
    const sim::Linearizability verdict = sim::check_linearizable(history);
    const std::string tokens = wrong_tokens(history);
    EXPECT_TRUE(verdict) << verdict.diagnosis;
    EXPECT_TRUE(tokens.empty()) << tokens;
    if (!verdict || !tokens.empty()) write_history(history, directory_.path() / "history.txt");
  }

  void check_that_states_are_equal() {
    const auto replicas = cluster_.wait_until_level(demo::after(kPatience));
    for (const demo::ReplicaInfo& replica : replicas) {
      EXPECT_NE(replica.state_hash, "");
      EXPECT_EQ(replica.state_hash, replicas.front().state_hash);
    }
  }

  std::uint64_t seed_;
  std::mt19937_64 random_;
  TemporaryDirectory directory_;
  demo::Cluster cluster_;
  std::array<int, 3> kills_{};
};

TEST_F(KillTest, HistoriesAreLinearizable) {
  std::cout << "DECREE_SEED=" << seed_ << std::endl;
  start_all();
  Crowd crowd(cluster_, kClients, seed_);
  rounds(crowd.stage());
  crowd.stop();
  const History history = crowd.history_with_last_reads(cluster_);
  check_that_states_are_equal();
  check(history);
  EXPECT_TRUE(cluster_.terminate_all(demo::after(kPatience)));

  const auto count = [&](Outcome outcome) {
    return std::ranges::count(history, outcome, &Operation::outcome);
  };
  std::cout << kills_[0] << ", " << kills_[1] << " and " << kills_[2] << " kills; "
            << count(Outcome::done) << " operations done, " << count(Outcome::failed) << " failed, "
            << count(Outcome::unknown) << " unknown" << std::endl;
  EXPECT_GE(std::accumulate(kills_.begin(), kills_.end(), 0), 50);
  EXPECT_GT(*std::ranges::min_element(kills_), 0);
}

}  // namespace
}  // namespace decree::tests
