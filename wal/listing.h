// Prints a log for people.
#ifndef DECREE_WAL_LISTING_H_
#define DECREE_WAL_LISTING_H_

#include <cstdint>
#include <vector>

#include "wal/identity.h"
#include "wal/recovery.h"
#include "wal/segment_reader.h"

namespace decree::wal {

class Listing final : public RecoveryVisitor {
 public:
  /// Without `batches` only the identity and the totals.
  Listing(bool batches, bool records, bool hex) : batches_(batches), records_(records), hex_(hex) {}

  static void on_identity(const IdentityRecord& identity);
  void on_segments(const std::vector<Segment>& segments) const;
  void on_record(const BatchView& batch, const Record& record) override;
  void on_batch(const BatchView& batch, const SlotRange& slots, const Link& self) override;
  void on_hole(const Hole& hole) override;

 private:
  void head(const BatchView& batch);

  bool batches_;
  bool records_;
  bool hex_;
  std::uint64_t headed_ = 0;  // the sequence whose line is printed
};

}  // namespace decree::wal

#endif  // DECREE_WAL_LISTING_H_
