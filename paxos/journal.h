// The records of this turn and the count of appends: what ties "durable" to a position.
#ifndef DECREE_PAXOS_JOURNAL_H_
#define DECREE_PAXOS_JOURNAL_H_

#include <algorithm>
#include <cstddef>

#include "paxos/assert.h"
#include "paxos/output.h"
#include "paxos/record.h"

namespace decree::paxos {

/// Collects the records of a turn into one append and remembers which appends are durable.
class Journal {
 public:
  explicit Journal(Output& out) : out_(out) {}

  /// Everything through `last` was found in the log, so it is durable.
  void recovered(Lsn last) { appended_ = durable_ = last; }

  void append(const Record& record) { out_.records.push_back({record, {}}); }
  void append(Record record, const Payload& bytes) {
    record.bytes = bytes.view;
    out_.records.push_back({record, bytes.owner});
  }
  /// The frame of Output::accepts[accept], which the driver encodes.
  void append_own(const Record& record, std::size_t accept) {
    out_.records.push_back({record, {}, accept});
  }

  [[nodiscard]] bool turn_has_records() const { return !out_.records.empty(); }
  /// The append that makes durable everything that was recorded until now.
  [[nodiscard]] Lsn covering() const {
    return turn_has_records() ? Lsn{appended_.value + 1} : appended_;
  }
  [[nodiscard]] bool is_durable(Lsn lsn) const { return lsn <= durable_; }
  void durable(Lsn lsn) {
    DECREE_ASSERT(lsn <= appended_, "only what was appended can be durable");
    durable_ = std::max(durable_, lsn);
  }
  void close_turn() { out_.lsn = turn_has_records() ? appended_ = covering() : Lsn{}; }

 private:
  Output& out_;
  Lsn appended_;
  Lsn durable_;
};

}  // namespace decree::paxos

#endif  // DECREE_PAXOS_JOURNAL_H_
