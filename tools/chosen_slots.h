// Finds in the records of a log what is known chosen.
#ifndef DECREE_TOOLS_CHOSEN_SLOTS_H_
#define DECREE_TOOLS_CHOSEN_SLOTS_H_

#include <functional>
#include <string>

#include "decree/types.h"
#include "paxos/core.h"
#include "transport/codec.h"
#include "wal/recovery.h"

namespace decree::tools {

/// Reads the records as a replica does at its start, with a core that takes part in nothing: so the
/// same acceptances count, and the same are superseded. Stops before the first hole.
class ChosenSlots final : public wal::RecoveryVisitor {
 public:
  /// Told each slot and its value, in order, from the one behind the snapshot on.
  using Sink = std::function<void(Slot, const Value&)>;

  ChosenSlots(ReplicaId replica, Slot snapshot, Sink sink);
  void on_record(const wal::BatchView& batch, const Record& record) override;
  void on_batch(const wal::BatchView&, const wal::SlotRange&, const wal::Link&) override {}
  void on_hole(const wal::Hole& hole) override;

  /// What is damaged, or else wrong with the records.
  [[nodiscard]] const std::string& hole() const { return hole_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  paxos::Core core_;
  transport::Decoder decoder_;
  Sink sink_;
  std::string hole_;
  std::string problem_;
};

}  // namespace decree::tools

#endif  // DECREE_TOOLS_CHOSEN_SLOTS_H_
