// Turns chosen values into calls of the program's state machine.
#ifndef DECREE_REPLICA_APPLIER_H_
#define DECREE_REPLICA_APPLIER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "decree/error.h"
#include "decree/options.h"
#include "decree/state_machine.h"
#include "paxos/message.h"
#include "replica/sessions.h"
#include "wal/snapshot_file.h"
#include "wal/snapshot_source.h"

namespace decree::replica {

/// What became of a value that was applied.
struct Applied {
  boost::system::error_code error;  // of its session; the value itself is chosen
  Reply reply;
};

/// The replicated state: the program's machine, the session table, the lease settings, and a digest
/// of every value applied, which is equal on all replicas that have applied the same slots.
class Applier {
 public:
  explicit Applier(StateMachine& machine) : machine_(machine) {}

  Applied apply(Slot slot, const Value& value);
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  /// That were decided last, if any were.
  [[nodiscard]] const std::optional<LeaseSettings>& lease_settings() const {
    return lease_settings_;
  }
  /// All of it as it is now; null if the machine has no snapshots.
  std::unique_ptr<wal::StateSource> snapshot();
  /// Empty, or what is wrong with it.
  std::string restore(wal::SnapshotFile& file);

 private:
  Applied apply_command(Slot slot, const Value& value);
  Applied apply_in_session(Slot slot, const Value& value);
  Applied apply_lease_settings(const Value& value);
  void add_to_digest(Slot slot, const Value& value);

  StateMachine& machine_;
  Sessions sessions_;
  std::optional<LeaseSettings> lease_settings_;
  std::uint64_t digest_ = 0;
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_APPLIER_H_
