// What becomes of frames on the simulated network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/sim/fake_sites.h"

namespace decree::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

TEST_F(SimulatedNetwork, FramesOfAConnectionKeepTheirOrder) {
  network.mood.spread = Duration::millis(2);
  network.mood.tail_ppm = 100'000;
  for (int i = 0; i < 100; ++i) {
    send_numbers(kA, kB, i * 10, i * 10 + 9);
    run_for(Duration::micros(300));
  }
  run_for(Duration::millis(500));
  EXPECT_THAT(sites.texts(kA, kB), ElementsAreArray(numbers(0, 999)));
  EXPECT_THAT(sites.texts(kB, kA), IsEmpty());
  EXPECT_THAT(sites.texts(kA, kC), IsEmpty());
}

TEST_F(SimulatedNetwork, FramesTakeAsLongAsTheMoodSays) {
  network.mood.latency = Duration::micros(500);
  network.mood.spread = {};
  send(kA, kB, "x");
  run_for(Duration::micros(499));
  EXPECT_THAT(sites.texts(kA, kB), IsEmpty());
  run_for(Duration::micros(1));
  EXPECT_THAT(sites.texts(kA, kB), ElementsAre("x"));
  network.clog(kA, kB, Duration::millis(10));
  send(kA, kB, "y");
  run_for(Duration::micros(10'499));
  EXPECT_THAT(sites.texts(kA, kB), ElementsAre("x"));
  run_for(Duration::micros(1));
  EXPECT_THAT(sites.texts(kA, kB), ElementsAre("x", "y"));
}

TEST_F(SimulatedNetwork, AFrameIsTheSendersToReuse) {
  std::string text = "first";
  const Payload frame = Payload::copy_of(std::as_bytes(std::span(text)));
  network.send(kA, kB, frame);
  std::fill(frame.owner.bytes().begin(), frame.owner.bytes().end(), std::byte{'?'});
  run_for(Duration::millis(10));
  EXPECT_THAT(sites.texts(kA, kB), ElementsAre("first"));
}

TEST_F(SimulatedNetwork, ALossBreaksTheConnectionAndNothingMoreArrivesOnIt) {
  send_numbers(kA, kB, 1, 5);
  network.mood.loss_ppm = 1'000'000;
  send(kA, kB, "lost");
  network.mood.loss_ppm = 0;
  ASSERT_TRUE(network.connected(kA, kB)) << "the sender does not know yet";
  send_numbers(kA, kB, 6, 20);
  ASSERT_TRUE(reconnect(kA, kB));
  EXPECT_EQ(sites.count("1 disconnected from 2"), 1u);
  EXPECT_EQ(sites.count("2 disconnected from 1"), 0u) << "each direction has its own";
  send(kA, kB, "again");
  run_for(Duration::millis(10));
  std::vector<std::string> expected = numbers(1, 5);
  expected.push_back("again");
  EXPECT_THAT(sites.texts(kA, kB), ElementsAreArray(expected));
}

TEST_F(SimulatedNetwork, AQueueThatIsFullBreaksTheConnection) {
  network.mood.queue_bytes = 10;
  send(kA, kB, "12345678");
  send(kA, kB, "1234");
  ASSERT_TRUE(reconnect(kA, kB));
  EXPECT_THAT(sites.texts(kA, kB), ElementsAre("12345678"));
  for (int i = 0; i < 10; ++i) {
    send(kA, kB, "12345678");
    run_for(Duration::millis(1));
  }
  EXPECT_EQ(sites.texts(kA, kB).size(), 11u) << "what has arrived is no longer in the queue";
  EXPECT_TRUE(network.connected(kA, kB));
}

class NetworkBySeed : public SimulatedNetwork, public ::testing::WithParamInterface<int> {
 protected:
  NetworkBySeed() : SimulatedNetwork(static_cast<std::uint64_t>(GetParam())) {}
};
INSTANTIATE_TEST_SUITE_P(Seeds, NetworkBySeed, ::testing::Range(1, 21));

TEST_P(NetworkBySeed, AResetLosesOnlyWhatIsOnItsWay) {
  send_numbers(kA, kB, 1, 20);
  send_numbers(kB, kA, 1, 20);
  run_for(Duration::millis(5));
  ASSERT_THAT(sites.texts(kA, kB), ElementsAreArray(numbers(1, 20)));
  send_numbers(kA, kB, 21, 40);
  network.reset(kA, kB);
  send(kA, kB, "after");
  ASSERT_TRUE(reconnect(kA, kB));
  send_numbers(kA, kB, 41, 60);
  run_for(Duration::millis(10));

  const std::vector<std::string> all = sites.texts(kA, kB);
  const std::set<std::string> seen(all.begin(), all.end());
  EXPECT_EQ(seen.size(), all.size());
  EXPECT_FALSE(seen.contains("after"));
  for (const std::string& text : numbers(1, 60)) {
    const int number = std::stoi(text);
    const bool may_be_lost = number > 32 && number <= 40;  // the newest eight on their way
    EXPECT_TRUE(seen.contains(text) || may_be_lost) << text;
  }
  EXPECT_THAT(sites.texts(kB, kA), ElementsAreArray(numbers(1, 20)));
  EXPECT_EQ(sites.count("2 disconnected from 1"), 0u);
}

TEST_F(SimulatedNetwork, AResetLosesSomethingNowAndThen) {
  std::size_t lost = 0;
  for (int i = 0; i < 20; ++i) {
    const std::size_t before = sites.texts(kA, kB).size();
    send_numbers(kA, kB, 1, 8);
    network.reset(kA, kB);
    ASSERT_TRUE(reconnect(kA, kB));
    lost += 8 - (sites.texts(kA, kB).size() - before);
  }
  EXPECT_GT(lost, 20u);
  EXPECT_LT(lost, 140u);
}

TEST_P(NetworkBySeed, DuplicatesArriveAtTheSameLifeOnly) {
  network.mood.duplicate_ppm = 1'000'000;
  send_numbers(kA, kB, 1, 20);
  run_for(Duration::millis(5));
  ASSERT_GE(sites.texts(kA, kB).size(), 20u);
  ASSERT_LT(sites.texts(kA, kB).size(), 40u);
  stop(kB, false);
  start(kB);
  const std::size_t before = sites.texts(kA, kB).size();
  run_for(Duration::millis(1000));
  EXPECT_EQ(sites.texts(kA, kB).size(), before);
}

TEST_F(SimulatedNetwork, DuplicatesArriveOnceMoreAndLater) {
  network.mood.duplicate_ppm = 1'000'000;
  send_numbers(kA, kB, 1, 20);
  run_for(Duration::millis(1000));
  std::vector<std::string> all = sites.texts(kA, kB);
  std::vector<std::string> expected = numbers(1, 20);
  for (const std::string& text : numbers(1, 20)) expected.push_back(text);
  EXPECT_THAT(all, ::testing::UnorderedElementsAreArray(expected));
  EXPECT_TRUE(network.connected(kA, kB));
}

TEST_F(SimulatedNetwork, FramesToADeadLifeAreDropped) {
  send_numbers(kA, kB, 1, 5);
  stop(kB, true);
  run_for(Duration::micros(10));
  start(kB);  // before they arrive
  send_numbers(kA, kB, 6, 10);
  run_for(Duration::millis(200));
  EXPECT_THAT(sites.texts(kA, kB), IsEmpty());
  ASSERT_TRUE(run_until([this] { return network.reaches(kA, kB); }));
  send(kA, kB, "x");
  run_for(Duration::millis(10));
  EXPECT_THAT(sites.texts(kA, kB), ElementsAre("x"));
}

TEST_F(SimulatedNetwork, FramesOfASenderThatDiedMayStillArrive) {
  constexpr std::size_t kLives = 30;
  for (std::size_t life = 0; life < kLives; ++life) {
    ASSERT_TRUE(run_until([this] { return network.reaches(kA, kB); }));
    send_numbers(kA, kB, 1, 5);
    stop(kA, true);
    run_for(Duration::millis(10));
    start(kA);
  }
  EXPECT_GT(sites.texts(kA, kB).size(), kLives) << "most arrive";
  EXPECT_LT(sites.texts(kA, kB).size(), kLives * 5) << "some are lost";
}

TEST_F(SimulatedNetwork, WithoutAConnectionNothingIsSent) {
  stop(kA, false);
  send(kA, kB, "x");
  EXPECT_EQ(sites.frames, 0u);
  start(kA);
  send(kA, kB, "x");
  EXPECT_EQ(sites.frames, 0u) << "it has dialled only";
}

}  // namespace
}  // namespace decree::sim
