// A slow read of what the log and its newest snapshot hold: finds rot before somebody needs it.
#ifndef DECREE_WAL_SCRUB_H_
#define DECREE_WAL_SCRUB_H_

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "wal/disk.h"
#include "wal/identity.h"
#include "wal/log.h"
#include "wal/slot_index.h"
#include "wal/snapshots.h"

namespace decree::wal {

/// Pass after pass: first the batches that the index knows, whatever else is in the segments'
/// files, then the snapshot. A pass ends where the log ended when it began. Log has the contract;
/// the references must outlive it.
class Scrub {
 public:
  Scrub(Disk& disk, const IdentityRecord& identity, const SlotIndex& index,
        const Snapshots& snapshots)
      : disk_(disk), identity_(identity), index_(index), snapshots_(snapshots) {}

  /// `log_bytes` have been written to the segments.
  void go_on(std::uint64_t log_bytes);
  /// The check with Writer::kScrubToken has ended so. The segment that it found damaged; 0: none.
  std::uint64_t ended(std::error_code error);
  std::optional<Scrubbed> take() { return std::exchange(done_, {}); }

 private:
  /// Is under way.
  struct Piece {
    std::string name;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::uint64_t segment = 0;  // 0: of the snapshot of this slot
    Slot snapshot;
  };

  void begin_pass(std::uint64_t log_bytes);
  void submit(Piece piece, Disk::Check check);
  bool submit_batches();
  bool submit_chunks();
  [[nodiscard]] bool is_needed(const Piece& piece) const;

  Disk& disk_;
  const IdentityRecord& identity_;
  const SlotIndex& index_;
  const Snapshots& snapshots_;
  bool in_pass_ = false;
  std::uint64_t all_bytes_ = 0;
  Place next_;               // batches before it were looked at
  Place last_;               // as far as this pass looks
  std::uint64_t chunk_ = 0;  // of the snapshot, likewise
  std::optional<Piece> piece_;
  std::optional<Scrubbed> done_;
};

}  // namespace decree::wal

#endif  // DECREE_WAL_SCRUB_H_
