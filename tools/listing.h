// Prints a log for people.
#ifndef DECREE_TOOLS_LISTING_H_
#define DECREE_TOOLS_LISTING_H_

#include <cstdint>
#include <vector>

#include "wal/identity.h"
#include "wal/recovery.h"
#include "wal/segment_reader.h"

namespace decree::tools {

class Listing final : public wal::RecoveryVisitor {
 public:
  /// Without `batches` only the identity and the totals.
  Listing(bool batches, bool records, bool hex) : batches_(batches), records_(records), hex_(hex) {}

  static void on_identity(const wal::IdentityRecord& identity);
  void on_segments(const std::vector<wal::Segment>& segments) const;
  void on_record(const wal::BatchView& batch, const Record& record) override;
  void on_batch(const wal::BatchView& batch, const wal::SlotRange& slots,
                const wal::Link& self) override;
  void on_hole(const wal::Hole& hole) override;

 private:
  void head(const wal::BatchView& batch);

  bool batches_;
  bool records_;
  bool hex_;
  std::uint64_t headed_ = 0;  // the sequence whose line is printed
};

}  // namespace decree::tools

#endif  // DECREE_TOOLS_LISTING_H_
