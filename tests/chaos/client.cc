#include "tests/chaos/client.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <chrono>
#include <utility>

namespace decree::tests {
namespace {

using demo::RespReply;

constexpr std::chrono::seconds kAnswer{3};
constexpr std::chrono::milliseconds kBackOff{2};
// New keys after so many operations, so that no key's history becomes long, but for a few.
constexpr std::uint64_t kOperationsPerGeneration = 2'000;

sim::Value value_of(const RespReply& reply) {
  if (reply.kind == RespReply::Kind::nil) return std::nullopt;
  if (reply.kind == RespReply::Kind::integer) return std::to_string(reply.integer);
  return reply.text;
}

Outcome in_history(demo::Outcome outcome) {
  switch (outcome) {
    case demo::Outcome::done:
      return Outcome::done;
    case demo::Outcome::failed:
      return Outcome::failed;
    case demo::Outcome::unknown:
      break;
  }
  return Outcome::unknown;
}

std::int64_t monotonic_now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void queue(demo::RespClient& connection, const Operation& operation) {
  switch (operation.kind) {
    case OperationKind::get:
      connection.queue({"GET", operation.key});
      break;
    case OperationKind::set:
      connection.queue({"SET", operation.key, operation.argument});
      break;
    case OperationKind::getset:
      connection.queue({"GETSET", operation.key, operation.argument});
      break;
    case OperationKind::increment:
      connection.queue({"INCR", operation.key});
      break;
    case OperationKind::append:
      connection.queue({"APPEND", operation.key, operation.argument});
      break;
  }
}

}  // namespace

void perform(demo::RespClient& connection, Operation& operation, demo::Deadline deadline) {
  queue(connection, operation);
  operation.invoked_ns = monotonic_now_ns();
  connection.flush(deadline);
  const auto reply = connection.receive(deadline);
  operation.returned_ns = monotonic_now_ns();
  operation.outcome = in_history(demo::outcome_of(reply));
  if (operation.outcome == Outcome::done) operation.result = value_of(*reply);
}

Client::Client(int number, std::uint64_t seed, std::vector<std::uint16_t> ports, Stage& stage)
    : number_(number),
      random_(seed),
      ports_(std::move(ports)),
      stage_(stage),
      target_(draw(ports_.size())),
      nothing_(::eventfd(0, EFD_CLOEXEC)) {}

void Client::run() {
  while (!stage_.stop.load(std::memory_order_relaxed)) {
    if (draw(100) == 0) move_on();
    if (!connected()) continue;
    Operation operation = draw_operation();
    tests::perform(*connection_, operation, demo::after(kAnswer));
    if (operation.outcome == Outcome::done) {
      stage_.done.fetch_add(1, std::memory_order_relaxed);
    } else {
      move_on();
    }
    history_.push_back(std::move(operation));
  }
}

bool Client::connected() {
  if (connection_) return true;
  connection_ = demo::RespClient::connect(ports_[target_], demo::after(kAnswer));
  if (!connection_) move_on();
  return connection_.has_value();
}

// A replica that refuses or is down would do so again at once.
void Client::move_on() {
  connection_.reset();
  target_ = draw(ports_.size());
  demo::wait_for_events(nothing_.get(), POLLIN, demo::after(kBackOff));
}

std::size_t Client::draw(std::size_t below) {
  return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
}

Operation Client::draw_operation() {
  constexpr std::array<const char*, 3> kObjects{"register", "counter", "list"};
  const std::size_t object = draw(kObjects.size());
  const bool long_lived = draw(50) == 0;
  Operation operation;
  operation.client = number_;
  operation.key =
      long_lived
          ? fmt::format("{}:always", kObjects[object])
          : fmt::format("{}:{}:{}", kObjects[object], draw(2),
                        stage_.done.load(std::memory_order_relaxed) / kOperationsPerGeneration);
  if (draw(5) < 2) return operation;
  if (object != 1) operation.argument = fmt::format("<{}.{}>", number_, ++values_);
  if (object == 0) operation.kind = draw(4) == 0 ? OperationKind::getset : OperationKind::set;
  if (object == 1) operation.kind = OperationKind::increment;
  if (object == 2) operation.kind = OperationKind::append;
  return operation;
}

}  // namespace decree::tests
