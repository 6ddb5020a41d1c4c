// How connections of the simulated network come and go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>

#include "tests/sim/fake_sites.h"

namespace decree::sim {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using transport::Handshake;

// --- Blocks.

TEST_F(SimulatedNetwork, ABlockThatHoldsLetsAllPassAfterwards) {
  network.block(kA, kB, false);
  send_numbers(kA, kB, 1, 5);
  send(kB, kA, "back");
  run_for(Duration::millis(10'000));
  EXPECT_THAT(sites.texts(kA, kB), IsEmpty());
  EXPECT_THAT(sites.texts(kB, kA), ElementsAre("back")) << "one way only";
  network.unblock(kA, kB);
  send_numbers(kA, kB, 6, 10);
  run_for(Duration::millis(10));
  EXPECT_THAT(sites.texts(kA, kB), ElementsAreArray(numbers(1, 10)));
  EXPECT_EQ(sites.count("1 disconnected from 2"), 0u);
}

TEST_F(SimulatedNetwork, ABlockThatLosesBreaksTheConnectionAfterASilence) {
  network.block(kA, kB, true);
  send_numbers(kA, kB, 1, 5);
  run_for(Duration::millis(2'999));
  EXPECT_TRUE(network.connected(kA, kB));
  run_for(Duration::millis(2));
  EXPECT_FALSE(network.connected(kA, kB));
  EXPECT_EQ(sites.count("1 disconnected from 2"), 1u);
  network.unblock(kA, kB);
  ASSERT_TRUE(reconnect(kA, kB));
  run_for(Duration::millis(100));
  EXPECT_THAT(sites.texts(kA, kB), IsEmpty());
}

TEST_F(SimulatedNetwork, WhatABlockLostIsNoticedSoonAfterItsEnd) {
  network.block(kA, kB, true);
  send_numbers(kA, kB, 1, 5);
  network.unblock(kA, kB);
  send_numbers(kA, kB, 6, 10);
  run_for(Duration::millis(21));
  EXPECT_EQ(sites.count("1 disconnected from 2"), 1u);
  ASSERT_TRUE(reconnect(kA, kB));
  EXPECT_THAT(sites.texts(kA, kB), IsEmpty());
}

TEST_F(SimulatedNetwork, ABlockThatMetNoFrameIsNotNoticed) {
  network.block(kA, kB, true);
  run_for(Duration::millis(5'000));
  network.unblock(kA, kB);
  send(kA, kB, "x");
  run_for(Duration::millis(5'000));
  EXPECT_THAT(sites.texts(kA, kB), ElementsAre("x"));
  EXPECT_EQ(sites.count("1 disconnected from 2"), 0u);
}

TEST_F(SimulatedNetwork, NobodyConnectsThroughABlock) {
  for (const bool dialled_way : {false, true}) {
    network.block(dialled_way ? kB : kA, dialled_way ? kA : kB, false);
    network.reset(kA, kB);
    run_for(Duration::millis(20'000));
    EXPECT_FALSE(network.connected(kA, kB));
    network.unblock_all();
    EXPECT_TRUE(reconnect(kA, kB));
  }
}

TEST_F(SimulatedNetwork, WhatABlockHoldsIsNotForTheNextLife) {
  network.block(kA, kB, false);
  send_numbers(kA, kB, 1, 5);
  stop(kB, false);
  start(kB);
  network.unblock(kA, kB);
  run_for(Duration::millis(20'000));
  EXPECT_TRUE(network.reaches(kA, kB));
  EXPECT_THAT(sites.texts(kA, kB), IsEmpty());
}

TEST_F(SimulatedNetwork, ASealOutlivesTheEndOfAllBlocks) {
  network.seal(kA, kB);
  network.block(kA, kC, false);
  network.clog(kC, kB, Duration::millis(50'000));
  network.unblock_all();
  for (const ReplicaId to : {kB, kC}) send(kA, to, "x");
  send(kB, kA, "x");
  send(kC, kB, "x");
  run_for(Duration::millis(30'000));
  EXPECT_THAT(sites.texts(kA, kB), IsEmpty());
  EXPECT_THAT(sites.texts(kB, kA), IsEmpty());
  EXPECT_THAT(sites.texts(kA, kC), ElementsAre("x"));
  EXPECT_THAT(sites.texts(kC, kB), ElementsAre("x")) << "no connection is clogged any more";
  EXPECT_FALSE(network.connected(kA, kB));
  EXPECT_FALSE(network.connected(kB, kA));
  stop(kB, false);
  start(kB);
  run_for(Duration::millis(30'000));
  EXPECT_FALSE(network.reaches(kA, kB));
  EXPECT_FALSE(network.reaches(kB, kA));
  EXPECT_TRUE(network.reaches(kC, kB));
}

// --- Lives.

TEST_F(SimulatedNetwork, ADeadReplicaIsConnectedToNobody) {
  stop(kA, true);
  EXPECT_FALSE(network.connected(kA, kB));
  EXPECT_TRUE(network.connected(kB, kA)) << "the peer does not know yet";
  EXPECT_FALSE(network.reaches(kB, kA));
  start(kA);
  EXPECT_FALSE(network.connected(kA, kB)) << "that was its former life";
  EXPECT_FALSE(network.reaches(kB, kA)) << "likewise";
  ASSERT_TRUE(run_until([this] { return network.reaches(kA, kB) && network.reaches(kB, kA); }));
  EXPECT_EQ(sites.count("1 disconnected from 2"), 0u) << "it never knew of that connection";
  EXPECT_EQ(sites.count("2 disconnected from 1"), 1u);
}

TEST_F(SimulatedNetwork, ADeathIsNoticedAtOnceUnlessItIsSilent) {
  stop(kA, false);
  run_for(Duration::millis(3));
  EXPECT_EQ(sites.count("2 disconnected from 1"), 1u);
  EXPECT_EQ(sites.count("3 disconnected from 1"), 1u);
  start(kA);
  ASSERT_TRUE(run_until([this] { return network.reaches(kB, kA) && network.reaches(kC, kA); }));
  stop(kA, true);
  run_for(Duration::millis(3));
  EXPECT_EQ(sites.count("2 disconnected from 1") + sites.count("3 disconnected from 1"), 2u);
  run_for(Duration::millis(3'000));
  EXPECT_EQ(sites.count("2 disconnected from 1") + sites.count("3 disconnected from 1"), 4u);
}

TEST_F(SimulatedNetwork, WhoDiesWhileItDialsIsNotConnected) {
  stop(kA, false);
  run_for(Duration::millis(10));
  start(kA);
  stop(kA, false);  // before its hello arrives
  const std::size_t before = sites.count("1 connected to 2");
  run_for(Duration::millis(10'000));
  EXPECT_EQ(sites.count("1 connected to 2"), before);
  EXPECT_FALSE(network.connected(kA, kB));
}

TEST_F(SimulatedNetwork, AnAnswerOfALifeThatEndedConnectsToNobody) {
  network.mood.latency = Duration::millis(10);
  network.mood.spread = {};
  network.reset(kA, kB);
  ASSERT_TRUE(run_until([this] { return sites.count("1 greets 2") == 2; }));
  run_for(Duration::millis(15));  // the answer is on its way
  stop(kB, true);
  start(kB);
  run_for(Duration::millis(10));
  EXPECT_FALSE(network.connected(kA, kB));
  EXPECT_TRUE(reconnect(kA, kB));
  EXPECT_TRUE(network.reaches(kA, kB));
}

// --- Being let in.

TEST_F(SimulatedNetwork, WhoIsRefusedDialsAgainWithBackOff) {
  sites.lets_in = [](ReplicaId at, ReplicaId peer, Handshake part) {
    return at != kB || peer != kA || part != Handshake::hello;
  };
  network.reset(kA, kB);
  const auto greeted_after = [this] {
    const Time since = timeline.now();
    const std::size_t before = sites.count("1 greets 2");
    EXPECT_TRUE(run_until([&] { return sites.count("1 greets 2") > before; }));
    return (timeline.now() - since).ns / 1'000'000;
  };
  (void)greeted_after();
  // A hello that is not answered is given up after two seconds; then a pause that doubles.
  for (const std::int64_t pause_ms : {100, 200, 400, 800, 1000, 1000}) {
    const std::int64_t ms = greeted_after();
    EXPECT_GE(ms, 2000 + pause_ms);
    EXPECT_LE(ms, 2000 + 2 * pause_ms);
    EXPECT_FALSE(network.connected(kA, kB));
  }
  EXPECT_THAT(sites.notes, Contains("2 refuses replica 1: it is not wanted"));
  sites.lets_in = {};
  ASSERT_TRUE(reconnect(kA, kB));
  network.reset(kA, kB);
  EXPECT_LE(greeted_after(), 105) << "a connection ends the back-off";
}

TEST_F(SimulatedNetwork, WhoseAnswerIsRefusedIsNotConnectedTo) {
  sites.lets_in = [](ReplicaId at, ReplicaId peer, Handshake part) {
    return at != kA || peer != kB || part != Handshake::answer;
  };
  network.reset(kA, kB);
  run_for(Duration::millis(20'000));
  EXPECT_FALSE(network.connected(kA, kB));
  EXPECT_TRUE(network.connected(kB, kA));
  EXPECT_THAT(sites.notes, Contains("1 refuses replica 2: it is not wanted"));
  EXPECT_GT(sites.count("1 greets 2"), 3u);
  sites.lets_in = {};
  EXPECT_TRUE(reconnect(kA, kB));
}

}  // namespace
}  // namespace decree::sim
