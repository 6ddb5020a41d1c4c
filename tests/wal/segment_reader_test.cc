// Blocks of segments, in whatever order they are asked for.
#include "wal/segment_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/support/memory_disk.h"
#include "wal/format.h"

namespace decree::wal {
namespace {

// Several of the largest pieces that are read at once, and a part of one.
constexpr std::uint32_t kBlocks = 4500;
constexpr std::byte kUnwritten{0xee};

/// Every block tells its segment and its place.
std::byte mark(std::uint64_t segment, std::uint32_t block) {
  return static_cast<std::byte>((segment * 101 + block * 7 + block / 256) % 200);
}

class SegmentReaderTest : public testing::TestWithParam<std::uint32_t> {
 protected:
  SegmentReaderTest() {
    for (const Segment& segment : segments_) {
      std::vector<std::byte>& bytes = files_[segment_name(segment.number)];
      for (std::uint32_t block = 0; block < segment.blocks; ++block) {
        bytes.insert(bytes.end(), kBlockSize, mark(segment.number, block));
      }
    }
    reader_ = std::make_unique<SegmentReader>(disk_, GetParam());
  }

  void expect_blocks(const Segment& segment, std::uint32_t first, std::uint32_t count,
                     std::uint32_t unreadable = kBlocks) {
    const std::span<const std::byte> bytes = reader_->blocks(segment, first, count);
    ASSERT_EQ(bytes.size(), std::size_t{count} * kBlockSize);
    for (std::uint32_t block = first; block < first + count; ++block) {
      const std::byte expected = block == unreadable ? kUnwritten : mark(segment.number, block);
      const auto own = bytes.subspan(std::size_t{block - first} * kBlockSize, kBlockSize);
      ASSERT_TRUE(std::ranges::all_of(own, [&](std::byte byte) { return byte == expected; }))
          << "segment " << segment.number << ", block " << block;
    }
  }

  const std::vector<Segment> segments_ = {{1, kBlocks}, {2, kBlocks}, {3, 3}};
  MemoryFiles files_;
  MemoryDisk disk_{files_};
  std::unique_ptr<SegmentReader> reader_;
};

TEST_P(SegmentReaderTest, OneAfterTheOtherReadsNothingTwice) {
  std::mt19937 random;
  std::uniform_int_distribution<std::uint32_t> lengths(1, 320);
  for (const Segment& segment : segments_) {
    for (std::uint32_t first = 0; first < segment.blocks;) {
      const std::uint32_t count = std::min(lengths(random), segment.blocks - first);
      expect_blocks(segment, first, 1);  // as recovery does: its header, then all of it
      expect_blocks(segment, first, count);
      first += count;
    }
  }
  EXPECT_EQ(disk_.bytes_read(), (2 * kBlocks + 3) * kBlockSize);
}

TEST_P(SegmentReaderTest, AnyOrder) {
  std::mt19937 random;
  std::uniform_int_distribution<std::size_t> which(0, segments_.size() - 1);
  std::uniform_int_distribution<std::uint32_t> numbers(0, kBlocks);
  for (int i = 0; i < 60; ++i) {
    const Segment& segment = segments_[which(random)];
    std::uint32_t first = numbers(random) % segment.blocks;
    // Onwards from there, too: across what was read, and beyond it.
    for (int step = 0; step < 3 && first < segment.blocks; ++step) {
      const std::uint32_t count = 1 + numbers(random) % std::min(1500u, segment.blocks - first);
      expect_blocks(segment, first, count);
      first += numbers(random) % 1200;
    }
  }
}

TEST_P(SegmentReaderTest, ABlockThatCannotBeReadIsTheOnlyOneThatIsMissing) {
  constexpr std::uint32_t kBad = 2500;  // neither first nor last of its piece
  disk_.fail_reads_of(segment_name(1), kBad);
  for (std::uint32_t first = 0; first < kBlocks; first += 300) {
    expect_blocks(segments_[0], first, 300, kBad);
  }
  EXPECT_TRUE(reader_->error());
}

TEST_P(SegmentReaderTest, AFileThatIsNotThereHasNoBlocks) {
  expect_blocks(segments_[0], 0, 1);
  EXPECT_TRUE(reader_->blocks({9, 10}, 0, 1).empty());
  EXPECT_TRUE(reader_->error());
  expect_blocks(segments_[1], 0, 1);
}

INSTANTIATE_TEST_SUITE_P(Pieces, SegmentReaderTest,
                         testing::Values(SegmentReader::kReadAhead, SegmentReader::kReadAheadAll),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace decree::wal
