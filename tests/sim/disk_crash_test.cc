// What a crash leaves on a simulated disk.
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

TEST_F(SimulatedDisk, ACrashMayLeaveNothingOfAWrite) {
  EXPECT_THAT(left_by(CrashMode::nothing, false), ElementsAre("........"));
}

TEST_F(SimulatedDisk, ACrashMayLeaveAllOfAWrite) {
  EXPECT_THAT(left_by(CrashMode::everything, false), ElementsAre("xxxxxxxx"));
  EXPECT_THAT(left_by(CrashMode::everything, true), ElementsAre("xxxxxxxx"));
}

TEST_F(SimulatedDisk, ACrashMayLeaveTheFirstBlocks) {
  EXPECT_THAT(left_by(CrashMode::first_blocks, false),
              ElementsAre("........", "x.......", "xx......", "xxx.....", "xxxx....", "xxxxx...",
                          "xxxxxx..", "xxxxxxx.", "xxxxxxxx"));
}

TEST_F(SimulatedDisk, ACrashMayLeaveSomeBlocksOrAll) {
  const std::set<std::string> seen = left_by(CrashMode::some_blocks, false);
  EXPECT_GT(seen.size(), 100u);
  EXPECT_TRUE(seen.contains("xxxxxxxx")) << "writes side by side lose each in its own way";
}

TEST_F(SimulatedDisk, AKilledProcessLeavesAllInTheCache) {
  EXPECT_THAT(left_by(CrashMode::killed, false), ElementsAre("xxxxxxxx"));
  EXPECT_GT(left_by(CrashMode::killed, true).size(), 100u) << "until the power goes too";
}

TEST_F(SimulatedDisk, WhatIsSyncedAfterAKillOutlivesThePower) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    kill_after_write(seed);
    ASSERT_FALSE(disk->sync(file));
    disk->crash(CrashMode::nothing);
    ASSERT_EQ(letters(), "xxxxxxxx");
  }
}

TEST_F(SimulatedDisk, WhatIsWrittenDurablyAfterAKillOutlivesThePower) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    kill_after_write(seed);
    write('y', 0, 4, 2);
    disk->flush();
    run_for(Duration::millis(100));
    ASSERT_THAT(completed(), ElementsAre(2));
    disk->crash(CrashMode::nothing);
    ASSERT_EQ(letters().substr(0, 4), "yyyy");
  }
}

TEST_F(SimulatedDisk, WhatHadEndedIsNeverLost) {
  constexpr std::uint64_t kModes = static_cast<std::uint64_t>(CrashMode::misdirected) + 1;
  for (std::uint64_t mode = 0; mode < kModes; ++mode) {
    begin_again(mode);
    write('x', 0, kBlocks, 1);
    disk->flush();
    run_for(Duration::millis(100));
    disk->crash(static_cast<CrashMode>(mode));
    EXPECT_EQ(letters(), "xxxxxxxx");
  }
}

TEST_F(SimulatedDisk, AFileThatWasBeingMadeIsThereAsAWholeOrNot) {
  int there = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    begin_again(seed);
    disk->submit_create("new", blocks_of('n', 1), 2 * wal::kBlockSize, 1);
    disk->crash(CrashMode::nothing);
    const File* made = files.find("new");
    if (made == nullptr) continue;
    ++there;
    ASSERT_EQ(made->size, 2 * wal::kBlockSize);
    ASSERT_EQ(made->pages.size(), 1u);
  }
  EXPECT_GT(there, 20);
  EXPECT_LT(there, 80);
}

TEST_F(SimulatedDisk, NothingHappensAfterACrash) {
  write('x', 0, 1, 1);
  disk->submit_create("new", {}, wal::kBlockSize, 2);
  disk->flush();
  disk->crash(CrashMode::nothing);
  const bool made = files.find("new") != nullptr;
  write('y', 1, 1, 3);
  disk->flush();
  run_for(Duration::millis(100));
  EXPECT_THAT(completed(), IsEmpty());
  EXPECT_EQ(wakes, 0);
  EXPECT_EQ(letters(), "........");
  EXPECT_EQ(files.find("new") != nullptr, made);
  std::vector<std::byte> block(wal::kBlockSize);
  std::vector<std::string> names;
  EXPECT_EQ(disk->read(file, 0, block), std::errc::io_error);
  EXPECT_EQ(disk->sync(file), std::errc::io_error);
  EXPECT_EQ(disk->list(names), std::errc::io_error);
  EXPECT_EQ(disk->replace("identity", block), std::errc::io_error);
}

TEST_F(SimulatedDisk, NothingHappensAfterItsEnd) {
  write('x', 0, 1, 1);
  disk->flush();
  disk.reset();
  run_for(Duration::millis(100));
  EXPECT_EQ(letters(), "........");
}

}  // namespace
}  // namespace decree::sim
