// The checker against generated histories: right ones, corrupted ones, and brute force.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>

#include "sim/linearizability.h"
#include "tests/sim/brute_force.h"

namespace decree::sim {
namespace {

/// Clients that use an atomic object: each operation takes effect at one instant of its window.
class AtomicObject {
 public:
  explicit AtomicObject(std::uint64_t seed) : random_(seed) {}

  std::int64_t draw(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }

  /// `clients` clients, one operation at a time each, `unknown_percent` of the answers lost.
  History history(const std::string& key, std::size_t length, int clients, int unknown_percent) {
    struct Instant {
      std::int64_t at;
      std::size_t operation;
    };
    History made;
    std::vector<Instant> instants;
    std::vector<std::int64_t> clock(static_cast<std::size_t>(clients), 0);
    const auto flavour = draw(0, 2);
    for (std::size_t i = 0; i < length; ++i) {
      const auto client = static_cast<std::size_t>(draw(0, clients - 1));
      Operation operation = request(key, flavour, i);
      operation.client = static_cast<int>(client);
      operation.invoked_ns = clock[client] + draw(1, 10);
      operation.returned_ns = operation.invoked_ns + draw(1, 30);
      std::int64_t effect = draw(operation.invoked_ns, operation.returned_ns);
      clock[client] = operation.returned_ns;
      if (draw(1, 100) <= unknown_percent) {
        operation.outcome = Outcome::unknown;
        effect = operation.invoked_ns + draw(0, 200);
        if (draw(0, 1) == 0) effect = -1;
      }
      if (effect >= 0) instants.push_back({effect, i});
      made.push_back(operation);
    }
    std::ranges::stable_sort(instants, {}, &Instant::at);
    Value value;
    for (const Instant& instant : instants) act(made[instant.operation], value);
    return made;
  }

 private:
  Operation request(const std::string& key, std::int64_t flavour, std::size_t i) {
    Operation operation;
    operation.key = key;
    operation.outcome = Outcome::done;
    operation.argument = "<" + std::to_string(i) + ">";
    const bool read = draw(0, 2) == 0;
    if (read) {
      operation.kind = OperationKind::get;
    } else if (flavour == 0) {
      operation.kind = draw(0, 3) == 0 ? OperationKind::getset : OperationKind::set;
    } else {
      operation.kind = flavour == 1 ? OperationKind::increment : OperationKind::append;
    }
    return operation;
  }

  static void act(Operation& operation, Value& value) {
    operation.result = value;
    switch (operation.kind) {
      case OperationKind::get:
        return;
      case OperationKind::set:
      case OperationKind::getset:
        value = operation.argument;
        return;
      case OperationKind::increment:
        value = std::to_string(std::stoll(value.value_or("0")) + 1);
        operation.result = value;
        return;
      case OperationKind::append:
        value = value.value_or("") + operation.argument;
        operation.result = std::to_string(value->size());
        return;
    }
  }

  std::mt19937_64 random_;
};

TEST(LinearizabilityRandom, HistoriesOfAnAtomicObjectPass) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    AtomicObject object(seed);
    const Linearizability verdict = check_linearizable(object.history("k", 120, 6, 5));
    ASSERT_TRUE(verdict) << "seed " << seed << "\n" << verdict.diagnosis;
  }
}

/// Gives one operation the answer of another one, or an answer that was never right.
void corrupt(History& history, AtomicObject& object) {
  const auto last = static_cast<std::int64_t>(history.size()) - 1;
  Operation& victim = history[static_cast<std::size_t>(object.draw(0, last))];
  const Operation& other = history[static_cast<std::size_t>(object.draw(0, last))];
  switch (object.draw(0, 3)) {
    case 0:
      victim.result = other.result;
      break;
    case 1:
      victim.outcome = Outcome::failed;
      break;
    case 2:
      victim.outcome = Outcome::unknown;
      break;
    default:
      victim.invoked_ns += 40;
      victim.returned_ns += 40;
  }
}

TEST(LinearizabilityRandom, AgreesWithBruteForce) {
  int passed = 0;
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    AtomicObject object(seed);
    History history = object.history("k", static_cast<std::size_t>(object.draw(2, 7)), 3, 20);
    for (std::int64_t times = object.draw(0, 2); times > 0; --times) corrupt(history, object);
    const bool expected = linearizable_by_brute_force(history);
    const Linearizability verdict = check_linearizable(history);
    std::string text;
    for (const Operation& operation : history) text += describe(operation, 0) + "\n";
    ASSERT_EQ(static_cast<bool>(verdict), expected) << "seed " << seed << "\n" << text;
    (expected ? passed : refused) += 1;
  }
  EXPECT_GT(passed, 2'000);
  EXPECT_GT(refused, 2'000);
}

TEST(LinearizabilityRandom, FortyThousandOperationsInASecond) {
  AtomicObject object(7);
  History history;
  for (int key = 0; key < 40; ++key) {
    const History one = object.history("key" + std::to_string(key), 1'000, 8, 1);
    history.insert(history.end(), one.begin(), one.end());
  }
  const auto started = std::chrono::steady_clock::now();
  const Linearizability verdict = check_linearizable(history);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  EXPECT_TRUE(verdict) << verdict.diagnosis;
  RecordProperty("seconds", std::to_string(took.count()));
  EXPECT_LT(took.count(), 30.0);  // about 0.3 s; the bound only tells a search that exploded
}

}  // namespace
}  // namespace decree::sim
