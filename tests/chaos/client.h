// A client that does a bit of everything and writes down what it saw.
#ifndef DECREE_TESTS_CHAOS_CLIENT_H_
#define DECREE_TESTS_CHAOS_CLIENT_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "examples/demo/file_descriptor.h"
#include "examples/demo/resp_client.h"
#include "sim/history.h"

namespace decree::tests {

using sim::History;
using sim::Operation;
using sim::OperationKind;
using sim::Outcome;

/// Shared by the clients and whoever makes their lives hard; any thread.
struct Stage {
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> done{0};  // operations with an answer
};

/// Does one operation at a time, at any replica, and changes the replica now and then.
class Client {
 public:
  Client(int number, std::uint64_t seed, std::vector<std::uint16_t> ports, Stage& stage);

  /// Until stage.stop; on a thread of its own.
  void run();
  /// After run().
  [[nodiscard]] const History& history() const { return history_; }

 private:
  [[nodiscard]] Operation draw_operation();
  bool connected();
  void perform(Operation& operation);
  void move_on();
  std::size_t draw(std::size_t below);

  int number_;
  std::mt19937_64 random_;
  std::vector<std::uint16_t> ports_;
  Stage& stage_;
  std::size_t target_ = 0;
  std::uint64_t values_ = 0;  // made so far: no two are the same
  std::optional<demo::RespClient> connection_;
  History history_;
  demo::FileDescriptor nothing_;  // never readable
};

/// Sends the operation and fills in its times, outcome and result.
void perform(demo::RespClient& connection, Operation& operation, demo::Deadline deadline);

}  // namespace decree::tests

#endif  // DECREE_TESTS_CHAOS_CLIENT_H_
