// The log on real files, through io_uring and through threads.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/temporary_directory.h"
#include "tests/wal/log_fixture.h"
#include "wal/open_disk.h"
#include "wal/posix_file.h"
#include "wal/segment_reader.h"

namespace decree::wal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

enum class Through { uring, threads };

class RealDiskTest : public ::testing::TestWithParam<Through> {
 protected:
  std::unique_ptr<Disk> open() {
    std::string problem;
    std::unique_ptr<Disk> disk = open_disk(path(), *proactor_, notice_, problem);
    EXPECT_TRUE(disk) << problem;
    return disk;
  }
  [[nodiscard]] std::string path() const { return directory_ / "log"; }

  TemporaryDirectory directory_;
  std::error_code refusal_;
  const std::unique_ptr<proactor::Proactor> proactor_ = GetParam() == Through::uring
                                                            ? proactor::Proactor::open(refusal_)
                                                            : proactor::Proactor::open_epoll();
  std::string notice_;
};

TEST_P(RealDiskTest, UsesWhatItWasAskedFor) {
  const std::unique_ptr<Disk> disk = open();
  const bool threads = GetParam() == Through::threads;
  EXPECT_THAT(disk->description(), StartsWith(threads ? "pwrite" : "io_uring"));
}

TEST_P(RealDiskTest, FindsWhatWasAppendedAcrossOpenings) {
  std::vector<KeptRecord> expected;
  std::uint64_t slot = 0;
  for (int opening = 0; opening < 5; ++opening) {
    const std::unique_ptr<Disk> disk = open();
    Opened opened = open_log(*disk, small_options());
    ASSERT_TRUE(opened.log) << opened.problem;
    ASSERT_EQ(opened.records, expected);
    std::vector<KeptRecord> batch;
    for (int i = 0; i < 20; ++i) {
      ++slot;
      batch.push_back(accept_of(slot, (slot * 977) % 9'000));
      if (slot % 3 == 0) continue;
      append(*opened.log, batch);
      opened.log->flush();
      expected.insert(expected.end(), batch.begin(), batch.end());
      batch.clear();
    }
    ASSERT_TRUE(wait_durable(*opened.log, *disk, opened.log->status().appended));
    EXPECT_EQ(read_back(*opened.log, 1, slot), expected);
  }
}

TEST_P(RealDiskTest, AllOfASegmentIsReadAheadAndIsWhatIsThere) {
  constexpr std::uint32_t kBlocks = 5000;
  const std::unique_ptr<Disk> disk = open();
  const Segment segment{1, kBlocks};
  const std::string file = path() + "/" + segment_name(segment.number);
  const auto number_of = [](std::span<const std::byte> blocks, std::uint32_t index) {
    std::uint32_t number = 0;
    std::memcpy(&number, blocks.data() + std::size_t{index} * kBlockSize, sizeof number);
    return number;
  };
  {
    std::ofstream out(file, std::ios::binary);
    std::vector<std::uint32_t> block(kBlockSize / sizeof(std::uint32_t));
    for (std::uint32_t i = 0; i < kBlocks; ++i) {
      std::ranges::fill(block, i);
      out.write(reinterpret_cast<const char*>(block.data()), kBlockSize);
    }
  }
  for (int pass = 0; pass < 2; ++pass) {
    SegmentReader reader(*disk, SegmentReader::kReadAheadAll);
    for (std::uint32_t first = 0; first < kBlocks;) {
      const std::uint32_t count = std::min(first % 700 + 1, kBlocks - first);
      const std::span<const std::byte> blocks = reader.blocks(segment, first, count);
      ASSERT_EQ(blocks.size(), std::size_t{count} * kBlockSize);
      for (std::uint32_t i = 0; i < count; ++i) ASSERT_EQ(number_of(blocks, i), first + i);
      first += count;
    }
    EXPECT_FALSE(reader.error());
    reader.blocks(segment, 0, 1);  // and leaves while the next piece is being read
  }
  // What is not there is an error, and what is before it is not lost.
  std::filesystem::resize_file(file, std::uint64_t{3000} * kBlockSize);
  SegmentReader reader(*disk, SegmentReader::kReadAheadAll);
  for (std::uint32_t first = 0; first < kBlocks; first += 100) {
    const std::span<const std::byte> blocks = reader.blocks(segment, first, 100);
    for (std::uint32_t i = 0; i < 100; ++i) {
      const std::uint32_t expected = first + i < 3000 ? first + i : 0xeeeeeeee;
      ASSERT_EQ(number_of(blocks, i), expected);
    }
  }
  EXPECT_TRUE(reader.error());
}

TEST_P(RealDiskTest, WritesABatchOfMegabytesAtOnce) {
  LogOptions options = small_options();
  options.segment_bytes = 8u << 20;
  KeptRecord record = accept_of(1, 4u << 20);
  {
    const std::unique_ptr<Disk> disk = open();
    Opened opened = open_log(*disk, options);
    ASSERT_TRUE(wait_durable(*opened.log, *disk, append(*opened.log, record)));
  }
  const std::unique_ptr<Disk> disk = open();
  const Opened opened = open_log(*disk, options);
  ASSERT_EQ(opened.records.size(), 1);
  EXPECT_EQ(opened.records[0], record);
}

TEST_P(RealDiskTest, PreparesSegmentsOfRealZeros) {
  const std::unique_ptr<Disk> disk = open();
  Opened opened = open_log(*disk, small_options());
  ASSERT_TRUE(wait_room(*opened.log, *disk, kSmallSegment));
  for (const char* name : {"segment-0000000000000001.log", "segment-0000000000000002.log"}) {
    struct stat facts {};
    ASSERT_EQ(::stat((path() + "/" + name).c_str(), &facts), 0) << name;
    EXPECT_EQ(facts.st_size, kSmallSegment);
    EXPECT_GE(facts.st_blocks * 512, kSmallSegment);
  }
}

TEST_P(RealDiskTest, KeepsNothingOfAStateThatBreaksOff) {
  const std::unique_ptr<Disk> disk = open();
  Opened opened = open_log(*disk, small_options());
  KeptRecord record = accept_of(1, 100);
  ASSERT_TRUE(wait_durable(*opened.log, *disk, append(*opened.log, record)));
  EXPECT_FALSE(snapshot(*opened.log, *disk, Slot{1}, Slot{1}, std::make_unique<BrokenState>()));
  EXPECT_EQ(opened.log->snapshot(), Slot{0});
  for (const auto& entry : std::filesystem::directory_iterator(path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("snapshot")));
  }
}

TEST_P(RealDiskTest, UsesTheFilesOfDroppedSegmentsAgain) {
  std::uint64_t slot = 0;
  for (int opening = 0; opening < 3; ++opening) {
    const std::unique_ptr<Disk> disk = open();
    Opened opened = open_log(*disk, small_options());
    ASSERT_TRUE(opened.log) << opened.problem;
    EXPECT_EQ(opened.snapshot, Slot{slot});
    EXPECT_EQ(opened.state, slot == 0 ? "" : std::to_string(slot));
    for (int i = 0; i < 60; ++i) {
      KeptRecord record = accept_of(++slot, 10'000);
      ASSERT_TRUE(wait_durable(*opened.log, *disk, append(*opened.log, record)));
      if (slot % 10 != 0) continue;
      ASSERT_TRUE(snapshot(*opened.log, *disk, Slot{slot}, Slot{slot}, std::to_string(slot)));
    }
    EXPECT_EQ(read_back(*opened.log, slot, slot).size(), 1);
  }
  const auto files = std::distance(std::filesystem::directory_iterator(path()), {});
  EXPECT_LT(files, 15) << "180 records are more than 40 segments";
}

/// What a pass over everything finds.
std::vector<std::string> scrub(Log& log, Disk& disk) {
  std::vector<std::string> found;
  for (Scrubbed piece; !piece.ends_pass;) {
    std::optional<Scrubbed> end;
    EXPECT_TRUE(wait_until(log, disk, [&] {
      log.scrub();
      end = log.take_scrubbed();
      return end.has_value();
    }));
    if (!end) return {};
    piece = *end;
    if (!piece.damage.empty()) found.push_back(piece.damage);
  }
  return found;
}

TEST_P(RealDiskTest, FindsRotUnderAnOpenLog) {
  const std::unique_ptr<Disk> disk = open();
  LogOptions options = small_options();
  options.segment_bytes = 1u << 20;
  Opened opened = open_log(*disk, options);
  // One batch of the first and of the second segment is longer than a piece, and the place that is
  // changed lies in it, however many marks there are: the loss of a mark is no loss.
  for (std::uint64_t slot = 1; slot <= 30; ++slot) {
    KeptRecord record = accept_of(slot, slot == 5 || slot == 15 ? 600'000 : 50'000);
    ASSERT_TRUE(wait_durable(*opened.log, *disk, append(*opened.log, record)));
  }
  ASSERT_TRUE(snapshot(*opened.log, *disk, Slot{20}, Slot{1}, std::string(1'000'000, 's')));
  EXPECT_THAT(scrub(*opened.log, *disk), IsEmpty());
  const auto flip = [&](const std::string& name, std::streamoff at) {
    // On the medium, where rot is: reads past the page cache need not see what is only in it.
    const UniqueFd file(::open((path() + "/" + name).c_str(), O_RDWR | O_CLOEXEC));
    char byte = 0;
    ASSERT_EQ(::pread(file.get(), &byte, 1, at), 1);
    byte = static_cast<char>(byte ^ 4);
    ASSERT_EQ(::pwrite(file.get(), &byte, 1, at), 1);
    ASSERT_EQ(::fsync(file.get()), 0);
  };
  for (const std::string& name : {segment_name(1), segment_name(2), snapshot_name(Slot{20})}) {
    flip(name, 400'000);
    EXPECT_THAT(scrub(*opened.log, *disk), ElementsAre(HasSubstr(name))) << name;
    flip(name, 400'000);
  }
  flip(segment_name(3), (1 << 20) - 100);
  EXPECT_THAT(scrub(*opened.log, *disk), IsEmpty()) << "nothing is there yet";
  ASSERT_EQ(::truncate((path() + "/" + segment_name(2)).c_str(), 2 * kBlockSize), 0);
  EXPECT_THAT(scrub(*opened.log, *disk), Not(IsEmpty()));
}

TEST_P(RealDiskTest, RefusesADirectoryInUse) {
  const std::unique_ptr<Disk> disk = open();
  std::string problem;
  EXPECT_FALSE(open_disk(path(), *proactor_, notice_, problem));
  EXPECT_THAT(problem, HasSubstr(path() + ": is in use by another process"));
}

TEST_P(RealDiskTest, RefusesAFileInPlaceOfTheDirectory) {
  std::ofstream(path()) << "a file";
  std::string problem;
  EXPECT_FALSE(open_disk(path(), *proactor_, notice_, problem));
  EXPECT_THAT(problem, HasSubstr("is not a directory"));
}

TEST_P(RealDiskTest, RefusesADirectoryOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  std::filesystem::permissions(directory_.path(), std::filesystem::perms(0755));
  open();
  std::string problem;
  ASSERT_EQ(::seteuid(65534), 0);
  const auto disk = open_disk(path(), *proactor_, notice_, problem);
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_FALSE(disk);
  EXPECT_THAT(problem, HasSubstr("permission denied"));
}

/// Waits for the completion with the token; what it says.
std::error_code end_of(Disk& disk, std::uint64_t token) {
  while (true) {
    std::vector<Completion> completions;
    disk.poll(completions);
    for (const Completion& each : completions) {
      if (each.token == token) return each.error;
    }
    disk.wait();
  }
}

TEST_P(RealDiskTest, RemovesAFileWhenNobodyReadsItAnyMore) {
  constexpr std::uint64_t kSize = 9u << 20;  // goes in three steps
  constexpr std::uint64_t kRemoved = 1;
  constexpr std::uint64_t kChecked = 2;
  const std::unique_ptr<Disk> disk = open();
  const BlockBuffer head(1);
  FileId file;
  ASSERT_FALSE(disk->create("old", head.bytes(), kSize, file));
  disk->close(file);
  std::uint64_t size = 0;
  ASSERT_FALSE(disk->open("old", file, size));
  disk->submit_remove("old", kRemoved);
  const auto sound = [](std::span<const std::byte>) { return true; };
  disk->submit_check("old", 0, kBlockSize, sound, kChecked);  // behind the removal, in one thread
  EXPECT_FALSE(end_of(*disk, kChecked));
  EXPECT_FALSE(disk->read(file, kSize - kBlockSize, head.bytes())) << "whoever has it reads on";
  disk->close(file);
  EXPECT_FALSE(end_of(*disk, kRemoved));
  EXPECT_FALSE(std::filesystem::exists(path() + "/old"));
}

/// 32 MiB.
class Zeros final : public FileSource {
 public:
  explicit Zeros(bool hurries) : hurries_(hurries) {
    std::fill(piece_.bytes().begin(), piece_.bytes().end(), std::byte{0});
  }
  std::span<const std::byte> next() override {
    return left_-- > 0 ? piece_.bytes() : std::span<const std::byte>();
  }
  [[nodiscard]] bool failed() const override { return false; }
  std::span<const std::byte> head() override { return piece_.bytes().first(kBlockSize); }
  [[nodiscard]] bool hurries() const override { return hurries_; }

 private:
  bool hurries_;
  int left_ = 512;
  BlockBuffer piece_{16};
};

TEST_P(RealDiskTest, WhatHurriesIsNotHeldBack) {
  constexpr std::uint64_t kToken = 1;
  constexpr std::chrono::milliseconds kAtItsPace{500};
  const TemporaryDirectory memory("/dev/shm");
  std::string problem;
  const std::unique_ptr<Disk> disk = open_disk(memory / "log", *proactor_, notice_, problem);
  ASSERT_TRUE(disk) << problem;
  const auto time_of = [&](bool hurries) {
    const auto start = std::chrono::steady_clock::now();
    disk->submit_file(hurries ? "hurried" : "paced", std::make_unique<Zeros>(hurries), kToken);
    EXPECT_FALSE(end_of(*disk, kToken));
    return std::chrono::steady_clock::now() - start;
  };
  EXPECT_GE(time_of(false), kAtItsPace);
  EXPECT_LT(time_of(true), kAtItsPace);
}

TEST_P(RealDiskTest, InMemoryAWriteIsDoneWhenItIsSubmittedAndOneIsToldWhatThatIsWorth) {
  const TemporaryDirectory memory("/dev/shm");
  std::string problem;
  std::vector<KeptRecord> records{accept_of(1, 5'000)};
  {
    const auto disk = open_disk(memory / "log", *proactor_, notice_, problem);
    ASSERT_TRUE(disk) << problem;
    EXPECT_THAT(notice_, HasSubstr("nothing in it survives"));
    EXPECT_EQ(disk->description(), "tmpfs, not durable");
    Opened opened = open_log(*disk, small_options());
    ASSERT_TRUE(opened.log) << opened.problem;
    append(*opened.log, records);
    opened.log->flush();
    EXPECT_TRUE(disk->ready());  // nobody has to wait
    opened.log->poll();
    EXPECT_EQ(opened.log->status().durable, opened.log->status().appended);
  }
  const auto disk = open_disk(memory / "log", *proactor_, notice_, problem);
  ASSERT_TRUE(disk) << problem;
  EXPECT_EQ(open_log(*disk, small_options()).records, records);
}

TEST_P(RealDiskTest, RemovesWhatAKilledProcessLeftUnfinished) {
  open();
  std::ofstream(path() + "/segment-0000000000000002.log.new") << "half";
  open();
  EXPECT_FALSE(std::filesystem::exists(path() + "/segment-0000000000000002.log.new"));
}

/// No file of this process may be written beyond a size, while this exists.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_P(RealDiskTest, AFailedWriteIsFinal) {
  const std::unique_ptr<Disk> disk = open();
  Opened opened = open_log(*disk, small_options());
  ASSERT_TRUE(wait_room(*opened.log, *disk, kSmallSegment));
  KeptRecord first = accept_of(1, 100);
  ASSERT_TRUE(wait_durable(*opened.log, *disk, append(*opened.log, first)));
  KeptRecord second = accept_of(2, 20'000);
  {
    // The write begins below the limit, so the system writes a part of it and refuses the rest.
    const FileSizeLimit limit(5 * kBlockSize);
    EXPECT_FALSE(wait_durable(*opened.log, *disk, append(*opened.log, second)));
  }
  EXPECT_EQ(opened.log->failure(), std::errc::file_too_large);
  EXPECT_EQ(opened.log->room_bytes(), 0);
  KeptRecord third = accept_of(3, 10);
  EXPECT_FALSE(wait_durable(*opened.log, *disk, append(*opened.log, third)));
  EXPECT_EQ(opened.log->status().durable, Lsn{1});
}

INSTANTIATE_TEST_SUITE_P(Both, RealDiskTest, ::testing::Values(Through::uring, Through::threads),
                         [](const auto& param) {
                           return param.param == Through::uring ? "Uring" : "Threads";
                         });

}  // namespace
}  // namespace decree::wal
