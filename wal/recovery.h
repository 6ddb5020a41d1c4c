// Follows the chain of batches through the segments and judges where it ends.
#ifndef DECREE_WAL_RECOVERY_H_
#define DECREE_WAL_RECOVERY_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "wal/batch.h"
#include "wal/hole.h"
#include "wal/identity.h"
#include "wal/segment_reader.h"

namespace decree::wal {

/// A batch as it was found. Valid during the call that gets it.
struct BatchView {
  Place place;
  BlockStamp stamp;
  BatchHeader header;
  std::span<const std::byte> blocks;
};

/// Told what is found, oldest first.
class RecoveryVisitor {
 public:
  virtual ~RecoveryVisitor() = default;
  virtual void on_record(const BatchView& batch, const Record& record) = 0;
  /// After the batch's records.
  virtual void on_batch(const BatchView& batch, const SlotRange& slots, const Link& self) = 0;
  virtual void on_hole(const Hole& hole) = 0;
};

struct Recovered {
  Link last;              // the last batch; sequence 0: there is none
  Place end;              // where the next one may go
  std::uint64_t cut = 0;  // batches behind it that were begun and never finished
  std::uint64_t holes = 0;
  std::uint64_t spoiled = 0;  // the last segment in which there is something damaged
  /// Blocks behind the end that have nothing to do with the log, such as rotten zeros: later they
  /// would look like damage to it.
  std::vector<Place> strange;
  bool damaged = false;  // so that it is not known what was promised
  std::string problem;   // not empty: why the log cannot be used, and what to do
};

/// Reads the log and changes nothing. Damaged batches are skipped and told; the log is damaged for
/// good only where nothing tells what they may have held. `segments` are consecutive and there is
/// at least one; `before` is the last batch before them.
Recovered recover(SegmentReader& reader, const IdentityRecord& identity, const Link& before,
                  std::span<const Segment> segments, RecoveryVisitor& visitor);

}  // namespace decree::wal

#endif  // DECREE_WAL_RECOVERY_H_
