// Writes under way on a simulated disk: when they end, and how.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/disk_fixture.h"

namespace decree::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(SimulatedDisk, CompletesWhatWasFlushedAndOnlyThat) {
  write('a', 0, 1, 1);
  disk->flush();
  write('b', 1, 1, 2);
  run_for(Duration::millis(100));
  EXPECT_THAT(completed(), ElementsAre(1));
  EXPECT_EQ(letters(), "a.......");
  EXPECT_EQ(wakes, 1);
  disk->flush();
  run_for(Duration::millis(100));
  EXPECT_THAT(completed(), ElementsAre(2));
  EXPECT_EQ(letters(), "ab......");
}

TEST_F(SimulatedDisk, TakesAsLongAsItsMoodSays) {
  mood.latency = Duration::micros(700);
  mood.spread = {};
  write('a', 0, 1, 1);
  disk->flush();
  run_for(Duration::micros(699));
  EXPECT_THAT(completed(), IsEmpty());
  EXPECT_EQ(letters(), "........") << "nothing is durable before it ends";
  run_for(Duration::micros(1));
  EXPECT_THAT(completed(), ElementsAre(1));
  mood.tail_ppm = 1'000'000;
  write('b', 0, 1, 2);
  disk->flush();
  run_for(Duration::micros(69'999));
  EXPECT_THAT(completed(), IsEmpty());
  run_for(Duration::micros(1));
  EXPECT_THAT(completed(), ElementsAre(2));
}

TEST_F(SimulatedDisk, EndsWritesInAnyOrder) {
  mood.spread = Duration::millis(1);
  std::set<std::vector<std::uint64_t>> orders;
  for (int i = 0; i < 100; ++i) {
    for (std::uint64_t token = 1; token <= 3; ++token) write('a', token, 1, token);
    disk->flush();
    run_for(Duration::millis(10));
    orders.insert(completed());
  }
  EXPECT_EQ(orders.size(), 6u);
}

TEST_F(SimulatedDisk, AStallHoldsWhatIsUnderWayAndWhatComes) {
  write('a', 0, 1, 1);
  const wal::FileId made = disk->submit_create("new", {}, wal::kBlockSize, 2);
  disk->flush();
  const Time end = timeline.now() + Duration::millis(500);
  mood.stalled_until = end;
  run_for(Duration::millis(400));
  write('b', 1, 1, 3);
  disk->flush();
  run_for(Duration{(end - timeline.now()).ns - 1});
  EXPECT_THAT(completed(), IsEmpty());
  EXPECT_EQ(letters(), "........");
  EXPECT_EQ(files.find("new"), nullptr);
  run_for(Duration::millis(1));
  EXPECT_THAT(completed(), ::testing::UnorderedElementsAre(1, 2, 3));
  disk->close(made);
}

TEST_F(SimulatedDisk, AFullDiskTakesWritesAndNoFiles) {
  mood.full = true;
  disk->submit_create("new", {}, wal::kBlockSize, 1);
  run_for(Duration::millis(5));
  EXPECT_THAT(completed(), IsEmpty()) << "it says so after a pause";
  run_for(Duration::millis(100));
  EXPECT_THAT(completed(), ElementsAre(1));
  EXPECT_EQ(error, std::errc::no_space_on_device);
  EXPECT_EQ(files.find("new"), nullptr);
  EXPECT_EQ(disk->create("new", {}, wal::kBlockSize, file), std::errc::no_space_on_device);
  write('a', 0, 1, 2);
  disk->flush();
  run_for(Duration::millis(100));
  EXPECT_THAT(completed(), ElementsAre(2));
  EXPECT_FALSE(error);
  mood.full = false;
  disk->submit_create("new", {}, wal::kBlockSize, 3);
  run_for(Duration::millis(100));
  EXPECT_THAT(completed(), ElementsAre(3));
  EXPECT_FALSE(error);
  EXPECT_NE(files.find("new"), nullptr);
}

TEST_F(SimulatedDisk, AWriteErrorLeavesPartOfTheBlocks) {
  std::set<std::string> seen;
  mood.fails_write = true;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    begin_again(seed);
    write('x', 0, kBlocks, 1);
    disk->flush();
    run_for(Duration::millis(100));
    ASSERT_THAT(completed(), ElementsAre(1));
    ASSERT_EQ(error, std::errc::io_error);
    seen.insert(letters());
  }
  EXPECT_GT(seen.size(), 30u);
}

TEST_F(SimulatedDisk, FailsReadsWhenToldTo) {
  std::vector<std::byte> block(wal::kBlockSize);
  EXPECT_FALSE(disk->read(file, 0, block));
  mood.fails_reads = true;
  EXPECT_EQ(disk->read(file, 0, block), std::errc::io_error);
}

TEST_F(SimulatedDisk, ChecksWhatIsThereWhenTheReadEnds) {
  const auto is = [](char letter) {
    return [letter](std::span<const std::byte> bytes) {
      return bytes.size() == 2 * wal::kBlockSize && bytes[0] == static_cast<std::byte>(letter);
    };
  };
  const auto check = [&](const std::string& name, char letter) {
    disk->submit_check(name, wal::kBlockSize, 2 * wal::kBlockSize, is(letter), 7);
    run_for(Duration::millis(1));
    EXPECT_THAT(completed(), ElementsAre(7));
    return error;
  };
  files.find("file")->write(1, blocks_of('x', 1));
  EXPECT_FALSE(check("file", 'x'));
  EXPECT_EQ(check("file", 'y'), std::errc::bad_message);
  EXPECT_EQ(check("another", 'x'), std::errc::no_such_file_or_directory);
  mood.fails_reads = true;
  EXPECT_EQ(check("file", 'x'), std::errc::io_error);
  mood.fails_reads = false;
  mood.stalled_until = timeline.now() + Duration::millis(5);
  disk->submit_check("file", wal::kBlockSize, 2 * wal::kBlockSize, is('z'), 8);
  files.find("file")->write(1, blocks_of('z', 1));
  run_for(Duration::millis(4));
  EXPECT_THAT(completed(), IsEmpty());
  run_for(Duration::millis(2));
  EXPECT_THAT(completed(), ElementsAre(8));
  EXPECT_FALSE(error);
  disk->submit_check("file", wal::kBlockSize, 2 * wal::kBlockSize, is('z'), 9);
  disk->crash(CrashMode::nothing);
  run_for(Duration::millis(1));
  EXPECT_THAT(completed(), IsEmpty());
}

}  // namespace
}  // namespace decree::sim
