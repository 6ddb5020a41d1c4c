// A durable write answers short writes, broken links and errors.
#include "wal/durable_write.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>

#include "wal/disk.h"

namespace decree::wal {
namespace {

using Next = DurableWrite::Next;

class DurableWriteTest : public ::testing::Test {
 protected:
  std::array<std::byte, 4 * kBlockSize> bytes_{};
  DurableWrite stamped_{kBlockSize, bytes_, false};
  DurableWrite synced_{kBlockSize, bytes_, true};
};

TEST_F(DurableWriteTest, AWholeWriteIsDone) {
  EXPECT_EQ(stamped_.on_write(4 * kBlockSize), Next::done);
  EXPECT_FALSE(stamped_.error());
}

TEST_F(DurableWriteTest, AShortWriteGoesOnAtTheLastWholeBlock) {
  EXPECT_EQ(stamped_.on_write(kBlockSize + 512), Next::again);
  EXPECT_EQ(stamped_.offset(), 2 * kBlockSize);
  EXPECT_EQ(stamped_.rest().data(), bytes_.data() + kBlockSize);
  EXPECT_EQ(stamped_.on_write(3 * kBlockSize), Next::done);
  EXPECT_FALSE(stamped_.error());
}

TEST_F(DurableWriteTest, AWriteWithoutProgressFails) {
  EXPECT_EQ(stamped_.on_write(0), Next::done);
  EXPECT_EQ(stamped_.error(), std::errc::io_error);
}

TEST_F(DurableWriteTest, AnInterruptedWriteIsDoneAgain) {
  EXPECT_EQ(stamped_.on_write(-EINTR), Next::again);
  EXPECT_EQ(stamped_.rest().size(), bytes_.size());
}

TEST_F(DurableWriteTest, WaitsForTheSyncInEitherOrder) {
  EXPECT_EQ(synced_.on_write(4 * kBlockSize), Next::wait);
  EXPECT_EQ(synced_.on_sync(0), Next::done);
  DurableWrite other(0, bytes_, true);
  EXPECT_EQ(other.on_sync(0), Next::wait);
  EXPECT_EQ(other.on_write(4 * kBlockSize), Next::done);
}

TEST_F(DurableWriteTest, AShortWriteBreaksTheLinkAndBothAreDoneAgain) {
  EXPECT_EQ(synced_.on_write(kBlockSize), Next::wait);
  EXPECT_EQ(synced_.on_sync(-ECANCELED), Next::again);
  EXPECT_EQ(synced_.rest().size(), 3 * kBlockSize);
  EXPECT_EQ(synced_.on_write(3 * kBlockSize), Next::wait);
  EXPECT_EQ(synced_.on_sync(0), Next::done);
  EXPECT_FALSE(synced_.error());
}

TEST_F(DurableWriteTest, AFailedWriteIsReportedNotItsCancelledSync) {
  EXPECT_EQ(synced_.on_write(-EIO), Next::wait);
  EXPECT_EQ(synced_.on_sync(-ECANCELED), Next::done);
  EXPECT_EQ(synced_.error(), std::errc::io_error);
}

TEST_F(DurableWriteTest, AFailedSyncIsFinal) {
  EXPECT_EQ(synced_.on_write(4 * kBlockSize), Next::wait);
  EXPECT_EQ(synced_.on_sync(-ENOSPC), Next::done);
  EXPECT_EQ(synced_.error(), std::errc::no_space_on_device);
}

TEST_F(DurableWriteTest, ACancelledSyncBehindAWholeWriteIsNoSuccess) {
  EXPECT_EQ(synced_.on_write(4 * kBlockSize), Next::wait);
  EXPECT_EQ(synced_.on_sync(-ECANCELED), Next::done);
  EXPECT_TRUE(synced_.error());
}

}  // namespace
}  // namespace decree::wal
