// Chosen values for a follower that is further behind than memory reaches.
#ifndef DECREE_REPLICA_CATCH_UP_H_
#define DECREE_REPLICA_CATCH_UP_H_

#include <map>
#include <string_view>
#include <system_error>
#include <vector>

#include "paxos/message.h"
#include "paxos/output.h"
#include "transport/codec.h"
#include "wal/log.h"

namespace decree::replica {

/// Reads slots that are known chosen back from the log. All records of a slot are looked at,
/// because only the one of the highest ballot is sure to hold the chosen value; a value that was
/// sent as chosen beats them all.
class CatchUp {
 public:
  explicit CatchUp(transport::Decoder& decoder) : decoder_(decoder) {}

  /// The longest run of values from `fetch.first` on that one message holds; valid until the next
  /// call. Empty if the log cannot be read, or if damage may have taken the record that counts.
  Chosen read(wal::Log& log, const paxos::FetchFromLog& fetch);
  /// Why the last read failed, if it did.
  [[nodiscard]] std::error_code error() const { return error_; }

 private:
  struct Best {
    Lsn lsn;
    Ballot ballot;
    Value value;
  };
  void consider(Lsn lsn, const Record& record, Slot first, Slot& last);
  void consider(Slot slot, const Best& other);
  static bool is_sure(const wal::Log& log, Slot slot, const Best& best);
  void keep_what_fits(Slot& last);

  transport::Decoder& decoder_;
  std::map<Slot, Best> best_;
  std::size_t bytes_ = 0;
  std::vector<Value> values_;
  std::error_code error_;
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_CATCH_UP_H_
