// What a measured replica has applied: enough to tell whether an acknowledged write is missing.
#ifndef DECREE_BENCH_WRITE_LEDGER_H_
#define DECREE_BENCH_WRITE_LEDGER_H_

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <unordered_map>

#include "decree/replica.h"

namespace decree::bench {

/// Writes of a session carry their number in the session and must arrive in order, each once.
/// Commands without a session are counted only, so that they cost nothing but the engine.
class WriteLedger final : public StateMachine {
 public:
  void apply(const Entry& entry, Reply& reply) override;
  std::unique_ptr<SnapshotView> snapshot() override;
  void restore(SnapshotReader& reader) override;

  /// Of all sessions.
  [[nodiscard]] std::uint64_t written() const { return written_; }
  /// Writes that came twice, or that came although one before them was missing.
  [[nodiscard]] std::uint64_t misplaced() const { return misplaced_; }

 private:
  std::uint64_t commands_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t misplaced_ = 0;
  std::unordered_map<std::uint64_t, std::uint64_t> last_;  // number, by client
};

/// Writes `number` into the first bytes of a command of at least eight.
void number_command(std::span<std::byte> command, std::uint64_t number);

/// The ledger of one replica, and how far it has come.
struct LedgerState {
  std::uint64_t accepted = 0;  // last slot of its log
  std::uint64_t applied = 0;
  std::uint64_t digest = 0;  // of all that was applied
  std::uint64_t written = 0;
  std::uint64_t misplaced = 0;
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LedgerState, accepted, applied, digest, written, misplaced)

/// Of `acknowledged` writes: those that are missing or misplaced in a replica that has applied
/// everything, and those that are there although nobody was told.
std::uint64_t lost_writes(const LedgerState& ledger, std::uint64_t acknowledged);

/// All of it at one moment. Not from the engine's thread.
LedgerState ledger_of(Replica& replica, const WriteLedger& ledger);

}  // namespace decree::bench

#endif  // DECREE_BENCH_WRITE_LEDGER_H_
