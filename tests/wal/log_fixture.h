// Helpers for tests of the log: records with checkable content, and what an opening found.
#ifndef DECREE_TESTS_WAL_LOG_FIXTURE_H_
#define DECREE_TESTS_WAL_LOG_FIXTURE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "wal/log.h"
#include "wal/snapshot_format.h"

namespace decree::wal {

inline constexpr std::uint64_t kCluster = 7;
inline constexpr std::uint64_t kSecret = 0x5ec4e7;
inline constexpr std::uint64_t kSmallSegment = 64 * 1024;

LogOptions small_options();

/// A record with bytes of its own, so that tests can keep it.
struct KeptRecord {
  std::uint64_t lsn = 0;
  RecordKind kind = RecordKind::accept;
  Ballot ballot;
  Slot first;
  Slot last;
  std::vector<std::byte> bytes;

  bool operator==(const KeptRecord&) const = default;
  [[nodiscard]] Record view() const { return {kind, ballot, first, last, bytes}; }
};

/// An accept of one slot whose bytes depend on the slot, `size` of them.
KeptRecord accept_of(std::uint64_t slot, std::size_t size);
KeptRecord promise_of(std::uint64_t round);

/// A state that is a text.
class TextState final : public StateSource {
 public:
  explicit TextState(std::string text) : text_(std::move(text)) {}
  Next next(std::string& out) override {
    out += text_;
    return Next::end;
  }

 private:
  std::string text_;
};

/// A state that breaks off in the middle of its second chunk.
class BrokenState final : public StateSource {
 public:
  Next next(std::string& out) override {
    out.append(kChunkPayload / 2, 'b');
    return ++calls_ < 3 ? Next::more : Next::failed;
  }

 private:
  int calls_ = 0;
};

/// A log and all that its opening found.
struct Opened {
  std::unique_ptr<Log> log;
  Slot snapshot;
  std::string state;  // in the snapshot
  std::vector<KeptRecord> records;
  std::vector<Hole> holes;
  std::string problem;
};
Opened open_log(Disk& disk, const LogOptions& options);

/// Appends one batch and sets the records' lsn.
Lsn append(Log& log, std::vector<KeptRecord>& records);
Lsn append(Log& log, KeptRecord& record);
/// Flushes and polls until the condition holds; false if the log fails or that takes too long.
bool wait_until(Log& log, Disk& disk, const std::function<bool()>& condition);
/// Flushes and polls until the append is durable, then calls idle(); false if it fails or takes too
/// long.
bool wait_durable(Log& log, Disk& disk, Lsn lsn);
/// Writes a snapshot that makes the slots through `not_needed` superfluous, and waits until it is
/// durable; false if it fails or takes too long.
bool snapshot(Log& log, Disk& disk, Slot slot, Slot not_needed, std::unique_ptr<StateSource> state);
bool snapshot(Log& log, Disk& disk, Slot slot, Slot not_needed, const std::string& state);
/// Polls until the log could take so many bytes; false if that takes too long.
bool wait_room(Log& log, Disk& disk, std::uint64_t bytes);

/// What Log::read finds.
std::vector<KeptRecord> read_back(Log& log, std::uint64_t first, std::uint64_t last,
                                  std::uint64_t budget = UINT64_MAX);

}  // namespace decree::wal

#endif  // DECREE_TESTS_WAL_LOG_FIXTURE_H_
