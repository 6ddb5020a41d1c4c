// Commands in the memory that the accept of them is built in.
#ifndef DECREE_TRANSPORT_COMMAND_RUNS_H_
#define DECREE_TRANSPORT_COMMAND_RUNS_H_

#include <cstddef>
#include <span>

#include "paxos/message.h"
#include "transport/frame.h"
#include "transport/slabs.h"

namespace decree::transport {

/// Lays commands one right behind the other, with room in front of the first and behind the last,
/// so that none is copied once more when they travel together. One thread.
class CommandRuns {
 public:
  /// What a frame needs in front of its values' bytes at most, and behind them.
  static constexpr std::size_t kInFront = 192;
  static constexpr std::size_t kBehind = 4;
  static constexpr std::size_t kBehindEach = 24;

  /// A copy of a command's bytes, of which there is at least one.
  Payload keep(std::span<const std::byte> bytes);
  /// Ends the run. If `values` are the whole of it, its memory: kInFront bytes, theirs, what is
  /// needed behind them, and the rest to a multiple of 8. Else nothing.
  Slabs::Piece take(std::span<const Value> values);

 private:
  static constexpr std::size_t kSlabBytes = 4u << 20;

  static std::size_t aligned(std::size_t offset) {
    return (offset + kFrameAlignment - 1) / kFrameAlignment * kFrameAlignment;
  }
  /// Where the memory of a run ends that has `count` commands and ends with the last at `end`.
  static std::size_t end_of(std::size_t end, std::size_t count) {
    return aligned(end + kBehind + kBehindEach * count);
  }
  void start(std::size_t size);
  [[nodiscard]] bool is_whole(std::span<const Value> values) const;

  BufferCycle cycle_{kSlabBytes};
  BufferRef slab_;
  std::size_t first_ = 0;  // where the run starts in the slab
  std::size_t end_ = 0;    // what lies behind is nobody's
  std::size_t count_ = 0;  // of its commands; 0: there is no run
};

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_COMMAND_RUNS_H_
