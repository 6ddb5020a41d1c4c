// What a simulated disk holds: pages in the cache, and damage.
#include "sim/files.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace decree::sim {
namespace {

std::vector<std::byte> blocks_of(char letter, std::size_t count = 1) {
  return std::vector<std::byte>(count * wal::kBlockSize, static_cast<std::byte>(letter));
}

/// The first byte of each block; '.' stands for zero.
std::string letters(const File& file) {
  std::vector<std::byte> bytes(file.size);
  file.read(0, bytes);
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += wal::kBlockSize) {
    text += bytes[at] == std::byte{0} ? '.' : static_cast<char>(bytes[at]);
  }
  return text;
}

Files with_file(const std::string& content) {
  Files files;
  files.put("file", {}, content.size() * wal::kBlockSize);
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] != '.') files.find("file")->write(i, blocks_of(content[i]));
  }
  return files;
}

TEST(Files, ReadWhatWasWrittenAndZerosElsewhere) {
  Files files;
  files.put("file", blocks_of('h', 2), 4 * wal::kBlockSize);
  EXPECT_EQ(letters(*files.find("file")), "hh..");
  files.find("file")->write(2, blocks_of('x'));
  std::vector<std::byte> middle(2 * wal::kBlockSize);
  files.find("file")->read(wal::kBlockSize + 10, middle);
  EXPECT_EQ(static_cast<char>(middle[0]), 'h');
  EXPECT_EQ(static_cast<char>(middle[wal::kBlockSize - 11]), 'h');
  EXPECT_EQ(static_cast<char>(middle[wal::kBlockSize - 10]), 'x');
  EXPECT_EQ(middle[2 * wal::kBlockSize - 1], std::byte{0});
  EXPECT_EQ(files.find("other"), nullptr);
}

TEST(Files, ACopyKeepsWhatItWas) {
  Files files = with_file("ab");
  Files copy = files;
  files.find("file")->write(0, blocks_of('x'));
  EXPECT_EQ(letters(*copy.find("file")), "ab");
  EXPECT_EQ(letters(*files.find("file")), "xb");
}

TEST(Files, CachedPagesAreReadAndLostWithThePower) {
  int lost = 0;
  int kept = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Files files = with_file("a.");
    files.write_cached("file", 0, blocks_of('x'));
    files.write_cached("file", 1, blocks_of('y'));
    ASSERT_EQ(letters(*files.find("file")), "xy");
    Random random(seed);
    files.lose_power(random);
    const std::string after = letters(*files.find("file"));
    ASSERT_TRUE(after[0] == 'a' || after[0] == 'x') << after;
    ASSERT_TRUE(after[1] == '.' || after[1] == 'y') << after;
    (after[0] == 'a' ? lost : kept) += 1;
    (after[1] == '.' ? lost : kept) += 1;
    files.lose_power(random);
    ASSERT_EQ(letters(*files.find("file")), after) << "what survived is on the medium";
  }
  EXPECT_GT(lost, 100);  // most, for what is kept by luck hides nothing
  EXPECT_GT(kept, 20);
}

TEST(Files, SyncedPagesOutliveThePower) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Files files = with_file("a.");
    files.put("other", blocks_of('o'), wal::kBlockSize);
    files.write_cached("file", 0, blocks_of('x'));
    files.write_cached("file", 1, blocks_of('y'));
    files.write_cached("other", 0, blocks_of('z'));
    files.sync("file");
    Random random(seed);
    files.lose_power(random);
    ASSERT_EQ(letters(*files.find("file")), "xy");
    if (letters(*files.find("other")) == "o") return;  // which was not synced
  }
  FAIL() << "a sync of one file must not keep another's pages";
}

TEST(Files, WhatIsWrittenOverACachedPageStays) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Files files = with_file("a");
    files.write_cached("file", 0, blocks_of('x'));
    files.find("file")->write(0, blocks_of('d'));
    Random random(seed);
    files.lose_power(random);
    ASSERT_EQ(letters(*files.find("file")), "d");
  }
}

TEST(Files, PagesThatWereCachedTwiceFallBackStepByStep) {
  std::string seen;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Files files = with_file("a");
    files.write_cached("file", 0, blocks_of('x'));
    files.write_cached("file", 0, blocks_of('y'));
    Random random(seed);
    files.lose_power(random);
    const char now = letters(*files.find("file"))[0];
    if (seen.find(now) == std::string::npos) seen += now;
  }
  EXPECT_EQ(seen.size(), 3u) << "of the states a, x and y: " << seen;
}

TEST(Files, LosingPowerForgivesFilesThatAreGone) {
  Files files = with_file("a");
  files.write_cached("file", 0, blocks_of('x'));
  files.all().erase("file");
  Random random(1);
  files.lose_power(random);
  EXPECT_EQ(files.find("file"), nullptr);
}

// --- Rot.

struct Difference {
  std::uint64_t blocks = 0;
  std::uint64_t first = 0;  // the first such block
  int bits = 0;
};

Difference difference(const File& before, const File& after) {
  std::vector<std::byte> old(before.size);
  std::vector<std::byte> now(after.size);
  before.read(0, old);
  after.read(0, now);
  Difference found;
  for (std::size_t block = 0; block < old.size() / wal::kBlockSize; ++block) {
    int bits = 0;
    for (std::size_t at = block * wal::kBlockSize; at < (block + 1) * wal::kBlockSize; ++at) {
      bits += std::popcount(std::to_integer<unsigned>(old[at] ^ now[at]));
    }
    if (bits != 0 && ++found.blocks == 1) found.first = block;
    found.bits += bits;
  }
  return found;
}

std::string distinct_blocks(std::size_t count) {
  std::string content;
  for (std::size_t i = 0; i < count; ++i) content += static_cast<char>('0' + i % 70);
  return content;
}

TEST(Files, RotChangesOneBlockAndOfTheLastOnesOneBit) {
  constexpr std::size_t kBlocks = 100;
  constexpr std::size_t kEnd = 64;  // of these a whole block never goes
  int bits = 0;
  int blocks = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Files before = with_file(distinct_blocks(kBlocks));
    Files after = before;
    Random random(seed);
    ASSERT_TRUE(after.rot("fi", random));
    const Difference found = difference(*Files(before).find("file"), *after.find("file"));
    ASSERT_LE(found.blocks, 1u);
    if (found.blocks == 0) continue;  // another's content, by chance its own
    if (found.first >= kBlocks - kEnd) {
      ASSERT_EQ(found.bits, 1);
    }
    (found.bits == 1 ? bits : blocks) += 1;
  }
  EXPECT_GT(bits, 100);
  EXPECT_GT(blocks, 40);
}

TEST(Files, RotFindsOnlyWrittenBlocksOfFilesOfThatName) {
  Files files = with_file("....");
  files.put("other", blocks_of('o'), wal::kBlockSize);
  Random random(1);
  EXPECT_FALSE(files.rot("file", random)) << "nothing was ever written there";
  EXPECT_FALSE(files.rot("third", random));
  EXPECT_TRUE(files.rot("", random));
  EXPECT_EQ(letters(*files.find("file")), "....");
}

TEST(Files, RotDoesNotHealWithThePower) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Files files = with_file("a");
    files.write_cached("file", 0, blocks_of('x'));
    Random random(seed);
    files.rot("file", random);
    Files rotten = files;
    files.lose_power(random);
    ASSERT_EQ(difference(*rotten.find("file"), *files.find("file")).blocks, 0u);
  }
}

}  // namespace
}  // namespace decree::sim
