#include "wal/write_probe.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

#include "proactor/uring_proactor.h"
#include "wal/block_buffer.h"
#include "wal/uring_queue.h"

namespace decree::wal {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr char kScratchName[] = "probe.new";
constexpr std::uint64_t kScratchBlocks = 16;
constexpr int kSamples = 12;                  // of each way
constexpr milliseconds kBudget{30};           // for both
constexpr std::chrono::seconds kPatience{2};  // for one write

/// One way to write, on a ring of its own: a write that never ends is given up with it.
class Way {
 public:
  static std::unique_ptr<Way> make(int file, WriteMode mode, std::error_code& error) {
    auto proactor = proactor::UringProactor::open(error);
    if (proactor == nullptr) return nullptr;
    return std::unique_ptr<Way>(new Way(file, mode, std::move(proactor)));
  }

  /// Writes a block and waits for it as the engine does: blocked.
  std::error_code sample() {
    const auto start = Clock::now();
    const std::uint64_t block = next_++ % kScratchBlocks;
    queue_.submit_write(file_, block * kBlockSize, buffer_.bytes(), 0);
    while (!queue_.has_completions()) {
      const auto left = start + kPatience - Clock::now();
      if (left <= left.zero()) return std::make_error_code(std::errc::timed_out);
      proactor_->wait(left);
    }
    std::vector<Completion> completions;
    queue_.reap(completions);
    shortest_ = std::min(shortest_, Clock::now() - start);
    return completions.front().error;
  }

  /// What noise can only add to.
  [[nodiscard]] Clock::duration shortest() const { return shortest_; }

 private:
  Way(int file, WriteMode mode, std::unique_ptr<proactor::UringProactor> proactor)
      : file_(file), buffer_(1), queue_(*proactor, mode), proactor_(std::move(proactor)) {
    std::ranges::fill(buffer_.bytes(), std::byte{0});
  }

  int file_;
  std::uint64_t next_ = 0;
  BlockBuffer buffer_;
  UringQueue queue_;
  std::unique_ptr<proactor::UringProactor> proactor_;  // goes first
  Clock::duration shortest_ = Clock::duration::max();
};

}  // namespace

std::error_code probe_writes(const DirectoryHandle& handle, WriteMode& cheapest) {
  const std::atomic<bool> never{false};
  const BlockBuffer head(1);
  std::ranges::fill(head.bytes(), std::byte{0});
  UniqueFd file;
  const FileToMake scratch{handle.directory.get(), kScratchName, head.bytes(),
                           kScratchBlocks * kBlockSize, handle.direct};
  cheapest = handle.direct ? WriteMode::direct_then_sync : WriteMode::buffered_then_sync;
  if (make_file(scratch, never, file)) return {};  // a full disk: there is nothing to measure on
  ::unlinkat(handle.directory.get(), kScratchName, 0);
  std::error_code error;
  const auto synced = Way::make(file.get(), cheapest, error);
  if (synced == nullptr || (error = synced->sample())) return error;
  const auto stamped = Way::make(file.get(), WriteMode::direct_dsync, error);
  if (!handle.direct || stamped == nullptr || stamped->sample()) return {};
  // In turn, so that a busy moment meets both.
  const auto end = Clock::now() + kBudget;
  for (int i = 0; i < kSamples && (i < 2 || Clock::now() < end); ++i) {
    if ((error = synced->sample())) return error;
    if (stamped->sample()) return {};
  }
  // One request instead of two: the second must be clearly better to be worth a hand-off.
  if (stamped->shortest() <= synced->shortest() + synced->shortest() / 4) {
    cheapest = WriteMode::direct_dsync;
  }
  return {};
}

}  // namespace decree::wal
