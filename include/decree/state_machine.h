// What a program gives to Decree: a deterministic state machine.
#ifndef DECREE_STATE_MACHINE_H_
#define DECREE_STATE_MACHINE_H_

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

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
  /// Called once for each chosen command, in slot order, on the engine's thread; from the first
  /// slot again after each start.
  virtual void apply(const Entry& entry, Reply& reply) = 0;
};

}  // namespace decree

#endif  // DECREE_STATE_MACHINE_H_
