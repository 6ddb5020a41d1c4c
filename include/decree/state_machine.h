// What a program gives to Decree: a deterministic state machine.
#ifndef DECREE_STATE_MACHINE_H_
#define DECREE_STATE_MACHINE_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "decree/snapshot.h"
#include "decree/types.h"

namespace decree {

/// A chosen command. The bytes are a view that is valid during apply() only.
struct Entry {
  Slot slot;
  ClientId client;  // the session, or none
  std::span<const std::byte> bytes;

  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

/// The answer to a command, delivered to whoever proposed it.
class Reply {
 public:
  void assign(std::span<const std::byte> bytes) { bytes_.assign(bytes.begin(), bytes.end()); }
  void assign(std::string_view text) { assign(std::as_bytes(std::span(text))); }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

  Token token;  // where the command was decided

 private:
  std::vector<std::byte> bytes_;
};

/// Deterministic: the same entries in the same order must give the same state and the same replies
/// on every replica, so apply() must not look at a clock, a random number or anything but the entry
/// and the state. Must not throw.
class StateMachine {
 public:
  virtual ~StateMachine() = default;
  /// Called once for each chosen command, in slot order, on the engine's thread; after each start
  /// from the first slot again, or from the one behind the snapshot that was restored.
  virtual void apply(const Entry& entry, Reply& reply) = 0;
  /// Hands out the state as it is now, to be written down while apply() goes on. Called on the
  /// engine's thread, which waits for it: take a persistent structure's root, not a copy of much.
  /// Null: this machine has no snapshots, and its log grows for ever.
  virtual std::unique_ptr<SnapshotView> snapshot() = 0;
  /// Puts a state in the place of the present one, whatever that is: at start, or when this replica
  /// was too far behind for the log. On the engine's thread.
  virtual void restore(SnapshotReader& reader) = 0;
};

}  // namespace decree

#endif  // DECREE_STATE_MACHINE_H_
