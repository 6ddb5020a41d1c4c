// A simulated disk with one file of a few blocks, and who looks at it.
#ifndef DECREE_TESTS_SIM_DISK_FIXTURE_H_
#define DECREE_TESTS_SIM_DISK_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/disk.h"

namespace decree::sim {

inline constexpr std::size_t kBlocks = 8;

inline std::vector<std::byte> blocks_of(char letter, std::size_t count) {
  return std::vector<std::byte>(count * wal::kBlockSize, static_cast<std::byte>(letter));
}

class SimulatedDisk : public ::testing::Test {
 protected:
  SimulatedDisk() { restart(); }

  /// The next process opens the directory.
  void restart(std::uint64_t seed = 1) {
    disk = std::make_unique<Disk>(
        timeline, files, mood, Random(seed), [this] { ++wakes; }, [] {});
    if (files.find("file") == nullptr) files.put("file", {}, kBlocks * wal::kBlockSize);
    std::uint64_t size = 0;
    EXPECT_FALSE(disk->open("file", file, size));
  }
  /// Nothing has happened yet.
  void begin_again(std::uint64_t seed) {
    files = {};
    restart(seed);
  }

  void write(char letter, std::size_t first, std::size_t count, std::uint64_t token) {
    disk->submit_write(file, first * wal::kBlockSize, blocks_of(letter, count), token);
  }
  void run_for(Duration duration) {
    const Time end = timeline.now() + duration;
    while (timeline.next() <= end) timeline.run_next();
    timeline.advance(end);
  }
  std::vector<std::uint64_t> completed() {
    std::vector<wal::Completion> completions;
    disk->poll(completions);
    std::vector<std::uint64_t> tokens;
    for (const wal::Completion& each : completions) {
      tokens.push_back(each.token);
      error = each.error;
    }
    return tokens;
  }
  std::string letters() {
    std::vector<std::byte> bytes(kBlocks * wal::kBlockSize);
    files.find("file")->read(0, bytes);
    std::string text;
    for (std::size_t i = 0; i < kBlocks; ++i) {
      const std::byte first = bytes[i * wal::kBlockSize];
      text += first == std::byte{0} ? '.' : static_cast<char>(first);
    }
    return text;
  }
  /// A process wrote all, was killed, and the next one has opened the directory.
  void kill_after_write(std::uint64_t seed) {
    begin_again(seed);
    write('x', 0, kBlocks, 1);
    disk->flush();
    disk->crash(CrashMode::killed);
    restart(seed);
  }
  /// What a crash in this mode, and perhaps the loss of power later, leaves of a write of all.
  std::set<std::string> left_by(CrashMode mode, bool power_later) {
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      begin_again(seed);
      write('x', 0, kBlocks, 1);
      disk->flush();
      disk->crash(mode);
      if (power_later) {
        restart(seed);
        disk->crash(CrashMode::nothing);
      }
      seen.insert(letters());
    }
    return seen;
  }

  Timeline timeline;
  Files files;
  DiskMood mood;
  std::unique_ptr<Disk> disk;
  wal::FileId file;
  int wakes = 0;
  std::error_code error;
};

}  // namespace decree::sim

#endif  // DECREE_TESTS_SIM_DISK_FIXTURE_H_
