#include "wal/write_probe.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <vector>

#include "wal/block_buffer.h"
#include "wal/uring_queue.h"

namespace decree::wal {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr char kScratchName[] = "probe.new";
constexpr std::uint64_t kScratchBlocks = 16;
constexpr std::size_t kSamples = 9;
constexpr milliseconds kBudget{15};  // for one way
constexpr int kPatienceMs = 2000;    // for one write

/// Waits for the one write that is under way as the engine does: blocked, until the event.
std::error_code wait(UringQueue& queue, int event_fd) {
  std::vector<Completion> completions;
  while (true) {
    if (queue.has_completions()) queue.reap(completions);
    if (!completions.empty()) return completions.front().error;
    pollfd event{event_fd, POLLIN, 0};
    const int ready = ::poll(&event, 1, kPatienceMs);
    if (ready == 0) return std::make_error_code(std::errc::timed_out);
    std::uint64_t count = 0;
    if (ready > 0 && ::read(event_fd, &count, sizeof count) < 0 && errno != EAGAIN) {
      return {errno, std::generic_category()};
    }
  }
}

/// The median of a few writes, after one that warms up.
std::error_code measure(int file, WriteMode mode, Clock::duration& median) {
  const UniqueFd event_fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const BlockBuffer buffer(1);
  std::fill(buffer.bytes().begin(), buffer.bytes().end(), std::byte{0});
  std::error_code error;
  const std::unique_ptr<UringQueue> queue = UringQueue::open(mode, event_fd.get(), error);
  if (!queue) return error;
  std::vector<Clock::duration> samples;
  const auto begin = Clock::now();
  while (samples.size() < kSamples && (samples.size() < 2 || Clock::now() - begin < kBudget)) {
    const auto start = Clock::now();
    const std::uint64_t block = samples.size() % kScratchBlocks;
    queue->submit_write(file, block * kBlockSize, buffer.bytes(), 0);
    queue->flush();
    if ((error = wait(*queue, event_fd.get()))) return error;
    samples.push_back(Clock::now() - start);
  }
  std::sort(samples.begin() + 1, samples.end());
  median = samples[(samples.size() + 1) / 2];
  return {};
}

}  // namespace

std::error_code probe_writes(const DirectoryHandle& handle, WriteMode& cheapest) {
  const std::atomic<bool> never{false};
  const BlockBuffer head(1);
  std::fill(head.bytes().begin(), head.bytes().end(), std::byte{0});
  UniqueFd file;
  const FileToMake scratch{handle.directory.get(), kScratchName, head.bytes(),
                           kScratchBlocks * kBlockSize, handle.direct};
  cheapest = handle.direct ? WriteMode::direct_then_sync : WriteMode::buffered_then_sync;
  if (make_file(scratch, never, file)) return {};  // a full disk: there is nothing to measure on
  ::unlinkat(handle.directory.get(), kScratchName, 0);
  Clock::duration synced{};
  if (const auto error = measure(file.get(), cheapest, synced)) return error;
  Clock::duration stamped{};
  if (!handle.direct || measure(file.get(), WriteMode::direct_dsync, stamped)) return {};
  // One request instead of two: the second must be clearly better to be worth a hand-off.
  if (stamped <= synced + synced / 4) cheapest = WriteMode::direct_dsync;
  return {};
}

}  // namespace decree::wal
