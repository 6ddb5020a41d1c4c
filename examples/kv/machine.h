// The key-value store as a replicated state machine.
#ifndef DECREE_EXAMPLES_KV_MACHINE_H_
#define DECREE_EXAMPLES_KV_MACHINE_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "decree/state_machine.h"
#include "examples/kv/command.h"
#include "examples/kv/keyspace.h"
#include "examples/kv/request_parser.h"

namespace decree::kv {

/// A command in the log is a request as clients send it, an array of bulk strings; the reply is
/// what the client is sent. Lives on the engine's thread.
class Machine final : public StateMachine {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  void apply(const Entry& entry, Reply& reply) override;
  std::unique_ptr<SnapshotView> snapshot() override;
  void restore(SnapshotReader& reader) override;

  /// Executes a read or query and appends its reply.
  void look(const Command& command, Arguments arguments, std::string* out);

  [[nodiscard]] const Keyspace& keys() const { return keys_; }

  /// The replicated clock as of now, for TTL: the last tick and the time since it was applied here.
  [[nodiscard]] std::int64_t estimated_now_ms() const;

  /// `handler` is called at the end of each apply() that leaves keys that expire. It must not call
  /// the engine.
  void on_expiring(std::function<void()> handler) { on_expiring_ = std::move(handler); }

 private:
  void execute(const Entry& entry, std::string* out);

  Keyspace keys_;
  RequestParser parser_{kMaxCommandBytes};
  std::string scratch_;
  SteadyTime ticked_at_{};  // when the last tick was applied here; not part of the state
  std::function<void()> on_expiring_;
};

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_MACHINE_H_
